/** Whether a person's file is a plain TensorFlow.js script rather than an experiment. Reads; runs nothing. */
import { readFileSync } from 'node:fs';
import { isPlainScript, readScriptText, type ScriptText } from '../../shared/base/script-text.js';
import type { Problem } from '../../shared/protocol/training.js';
import { experimentFiles } from '../runtime/experiment-files.js';

/** @param file absolute; of a file that cannot be read loading tells more */
export function isScript(file: string, overlays: Readonly<Record<string, string>> = {}): boolean {
  const own = textOf(file, overlays);
  if (!own) return false;
  const imported = experimentFiles(file)
    .filter((one) => one !== file && !one.endsWith('.json'))
    .map((one) => textOf(one, overlays))
    .filter((text) => text !== undefined);
  return isPlainScript(own, imported);
}

/** Why nothing of it is known before it runs. @param hint what there is instead */
export function scriptIsNotRun(file: string, hint: string): Problem {
  const message =
    'This is a plain TensorFlow.js script: it would train while it is looked at, so it is not run for that.';
  return { severity: 'info', message, hint, file, line: 1, column: 1 };
}

function textOf(file: string, overlays: Readonly<Record<string, string>>): ScriptText | undefined {
  try {
    return readScriptText(overlays[file] ?? readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
