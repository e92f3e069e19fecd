/** The file that `--out` names. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './exit-codes.js';

/** @throws UsageError where a file cannot come to be there: better known before the work than after it */
export function refuseUnwritable(out: string | undefined): void {
  if (out === undefined) return;
  if (existsSync(out) && statSync(out).isDirectory()) {
    throw new UsageError(`${out} is a folder; name a file to write.`);
  }
  if (!existsSync(path.dirname(out))) throw new UsageError(`There is no folder ${path.dirname(out)} to write into.`);
}
