/** Progress that can be read: at most some messages a second, and time left from the pace of the last seconds. */
import type { EngineProgress } from '../../shared/protocol/engine.js';

const EVERY_MS = 200;
/** Pace is that of about this long. */
const MEMORY_MS = 8000;

export class ProgressTeller {
  private phase: EngineProgress['phase'] = 'checking';
  private message = '';
  private toldAt = -Infinity;
  private began = { at: 0, bytes: 0 };
  private readonly marks: { at: number; bytes: number }[] = [];

  constructor(
    private readonly say: (progress: EngineProgress) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A new phase, or another part of it; told at once. */
  begin(phase: EngineProgress['phase'], message: string): void {
    this.phase = phase;
    this.message = message;
    this.marks.length = 0;
    this.toldAt = this.now();
    this.say({ phase, message });
  }

  bytes(doneBytes: number, totalBytes: number | undefined): void {
    const at = this.now();
    // Going on with a download, what was there before is no pace.
    if (this.marks.length === 0) this.began = { at, bytes: doneBytes };
    const finished = totalBytes !== undefined && doneBytes >= totalBytes;
    if (at - this.toldAt < EVERY_MS && !finished) return;
    this.toldAt = at;
    this.marks.push({ at, bytes: doneBytes });
    while (this.marks.length > 2 && at - this.marks[0]!.at > MEMORY_MS) this.marks.shift();
    const first = this.marks.length > 1 ? this.marks[0]! : this.began;
    const pace = (doneBytes - first.bytes) / (at - first.at);
    const secondsLeft =
      totalBytes !== undefined && pace > 0 && Number.isFinite(pace)
        ? (totalBytes - doneBytes) / pace / 1000
        : undefined;
    this.say({ phase: this.phase, message: this.message, doneBytes, totalBytes, secondsLeft });
  }
}
