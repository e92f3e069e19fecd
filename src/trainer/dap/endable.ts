/** Code of a person's run so that it can be ended, which only code that Node itself runs can. Knows no debugger. */
import { Script, type RunningScriptOptions } from 'node:vm';

const key = Symbol.for('backstep.endable');
const script = new Script("globalThis[Symbol.for('backstep.endable')]()");

/** @throws what `work` throws, or an error where it was ended: by a SIGINT or by its time */
export function endable<T>(work: () => T, until: Pick<RunningScriptOptions, 'breakOnSigint' | 'timeout'>): T {
  Object.defineProperty(globalThis, key, { value: work, configurable: true });
  return script.runInThisContext({ ...until, displayErrors: false }) as T;
}
