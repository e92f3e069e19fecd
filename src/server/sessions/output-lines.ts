/** Cuts what a process prints into lines, in batches; a flood of them is thinned out, and says so. */
import type { Readable } from 'node:stream';
import { isLibraryChatter } from '../../shared/engine/library-chatter.js';

const BATCH_MS = 30;
const MOST_LINES = 500;
const LONGEST_LINE = 8000;

export class OutputLines {
  private rest = '';
  private lines: string[] = [];
  private leftOut = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    stream: Readable,
    private readonly done: (lines: readonly string[]) => void,
  ) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => this.take(chunk));
  }

  /** What is left, its last line unfinished or not. */
  flush(): void {
    if (this.rest) this.add(this.rest);
    this.rest = '';
    this.send();
  }

  private take(chunk: string): void {
    const parts = (this.rest + chunk).split('\n');
    this.rest = parts.pop() ?? '';
    for (const line of parts) this.add(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (this.rest.length > LONGEST_LINE) {
      this.add(this.rest);
      this.rest = '';
    }
  }

  private add(line: string): void {
    if (isLibraryChatter(line)) return;
    if (this.lines.length < MOST_LINES)
      this.lines.push(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
    else this.leftOut++;
    this.timer ??= setTimeout(() => this.send(), BATCH_MS);
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines.length === 0) return;
    const lines =
      this.leftOut > 0
        ? [...this.lines, `… ${this.leftOut} more lines, printed faster than they can be shown`]
        : this.lines;
    this.lines = [];
    this.leftOut = 0;
    this.done(lines);
  }
}
