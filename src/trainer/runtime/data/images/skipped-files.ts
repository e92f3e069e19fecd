/** Files that were left out of the data, and why: the first ones by name, all by number. */
import type { DataInfo } from '../../../../shared/protocol/training.js';
import type { DataEnvironment } from '../batch-stream.js';

/** As many as a person reads. */
const listed = 100;

export class SkippedFiles {
  /** Grows as more are found. */
  readonly files: DataInfo['skipped'] = [];
  private readonly seen = new Set<string>();

  get count(): number {
    return this.seen.size;
  }

  /** @returns whether it is new */
  add(path: string, reason: string): boolean {
    if (this.seen.has(path)) return false;
    this.seen.add(path);
    if (this.files.length < listed) this.files.push({ path, reason });
    return true;
  }

  announce(environment: DataEnvironment): void {
    if (this.count === 0) return;
    const shown = this.files.slice(0, 5).map(({ path, reason }) => `${path} (${reason})`);
    const more = this.count > shown.length ? `, and ${this.count - shown.length} more` : '';
    environment.notify({
      severity: 'warning',
      message: `${this.count === 1 ? 'One file was' : `${this.count} files were`} skipped: ${shown.join(', ')}${more}.`,
      hint: 'Training goes on without them. Replace or remove them to be rid of this notice.',
    });
  }
}
