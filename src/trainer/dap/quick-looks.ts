/** Keeps what looks at a stopped training are made with optimized: V8 does not do that while it stands, and in time forgets. */
import { warmUpLooks } from '../runtime/look-warm-up.js';
import { warmUpTensorLooks } from '../tensors/warm-up.js';

/** What is still quick takes a hundredth of a second to try. */
const REFRESH_MS = 60_000;

export class QuickLooks {
  private last = -Infinity;

  /** To be called while training runs, as often as one likes. */
  refresh(): void {
    const now = performance.now();
    if (now - this.last < REFRESH_MS) return;
    this.last = now;
    warmUpLooks();
    warmUpTensorLooks();
  }
}
