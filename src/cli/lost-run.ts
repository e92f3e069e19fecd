/**
 * What a training leaves behind whose process went without a word: its `run.json` must not say for ever
 * that it runs. Changes nothing of a run that somebody else has told the end of.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseMessage, stringifyMessage } from '../shared/base/message-json.js';
import { messageOf } from '../shared/base/message-of.js';
import { runPlaces } from '../shared/base/places.js';
import type { RunFile } from '../shared/protocol/run-file.js';

export interface LostRun {
  readonly runDir: string;
  /** The last that it told: more than its file knows. */
  readonly epoch?: number;
  readonly step?: number;
  /** Why it ended, where that is no wish of the person's. */
  readonly error?: string;
}

/** @returns why the file could not be mended, where it could not */
export function markInterrupted({ runDir, epoch, step, error }: LostRun): string | undefined {
  const file = path.join(runDir, runPlaces.summary);
  try {
    const found = parseMessage(readFileSync(file, 'utf8')) as RunFile;
    if (found.status !== 'running') return undefined;
    const { pid: _, ...rest } = found;
    const mended: RunFile = {
      ...(rest as RunFile),
      status: 'interrupted',
      epoch: Math.max(found.epoch, epoch ?? 0),
      step: Math.max(found.step, step ?? 0),
      updatedAt: Date.now(),
      ...(error === undefined ? {} : { error }),
    };
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${stringifyMessage(mended)}\n`);
    renameSync(temporary, file);
    return undefined;
  } catch (cause) {
    return messageOf(cause);
  }
}

/** What can be done with what it left, in words for a person. */
export function whatIsLeft(runDir: string | undefined, experiment: string): string {
  if (runDir === undefined) return 'It had not begun yet, so there is nothing to keep.';
  const shown = path.relative(process.cwd(), runDir);
  const place = shown.startsWith('..') ? runDir : shown || '.';
  if (!existsSync(path.join(runDir, runPlaces.state)))
    return `Its curves up to the last second are in ${place}; it had not saved a state to go on from.`;
  const quoted = (text: string): string => (/[^\w./:\\-]/.test(text) ? JSON.stringify(text) : text);
  return `Go on from the state that it saved last: backstep run ${quoted(experiment)} --continue ${quoted(place)}`;
}
