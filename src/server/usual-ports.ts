/**
 * The ports that a Backstep folder's servers prefer. A browser keeps what it stores (layout, drafts of
 * unsaved edits) by address, so a server that is started again should be found at the same one.
 */
import { createHash } from 'node:crypto';

/** Below the ranges from which systems hand out ports of their own accord. */
const FIRST = 20_000;
const SPAN = 10_000;
/** One for each Backstep that may be open side by side. */
const SIDE_BY_SIDE = 8;

/** Best first; the same for the same folder on every start. */
export function usualPorts(home: string): readonly number[] {
  const start = createHash('sha256').update(home).digest().readUInt32BE(0) % (SPAN / SIDE_BY_SIDE);
  return Array.from({ length: SIDE_BY_SIDE }, (_, index) => FIRST + start * SIDE_BY_SIDE + index);
}
