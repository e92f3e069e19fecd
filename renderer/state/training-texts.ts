/**
 * The texts that the training under way runs, where the editor had them when it started: lines that the
 * trainer speaks of are theirs, and the editor's may have moved on. Kept over a reload of the page. A file
 * that was not open is taken to be as it was.
 */
import { appStore } from './app-state.js';
import { isCode } from './analysis-actions.js';
import { lineMap } from './line-map.js';
import { readStored, writeStored } from './session-storage.js';

const KEY = 'training-texts';

interface Kept {
  readonly sessionId: string;
  readonly texts: Readonly<Record<string, string>>;
}

let pending: Kept['texts'] | undefined;
let kept: Kept | undefined;

/** To be called when everything is on the disk and the training is about to be asked for. */
export function rememberTexts(): void {
  const { openFiles } = appStore.getState();
  pending = Object.fromEntries(openFiles.filter(({ path }) => isCode(path)).map(({ path, text }) => [path, text]));
}

/** The training that was asked for, or one that was met. */
export function adoptTexts(sessionId: string | undefined): void {
  if (sessionId === undefined || kept?.sessionId === sessionId) return;
  if (pending) {
    kept = { sessionId, texts: pending };
    pending = undefined;
    writeStored(KEY, kept);
  } else {
    const stored = readStored<Kept | undefined>(KEY, undefined);
    kept = stored?.sessionId === sessionId ? stored : undefined;
  }
}

/** Whether the editor's text of a file is another than the one that trains. */
export function isEdited(file: string): boolean {
  const texts = textsOf(file);
  return texts !== undefined && texts.training !== texts.editor;
}

/** The line of the text that trains; `undefined` where it has no such line. */
export function toTraining(file: string, line: number): number | undefined {
  const texts = textsOf(file);
  return texts ? mapOf(texts.editor, texts.training).get(line) : line;
}

/** Where in the editor's text a line of the training is; the same number where it has gone. */
export function toEditor(file: string, line: number): number {
  const texts = textsOf(file);
  return texts ? (mapOf(texts.training, texts.editor).get(line) ?? line) : line;
}

function textsOf(file: string): { readonly training: string; readonly editor: string } | undefined {
  const { session, openFiles } = appStore.getState();
  const training = kept && kept.sessionId === session?.sessionId ? kept.texts[file] : undefined;
  const editor = openFiles.find(({ path }) => path === file)?.text;
  return training === undefined || editor === undefined || training === editor ? undefined : { training, editor };
}

/** The last few: the same two texts are asked about for every breakpoint. */
const maps: { readonly from: string; readonly to: string; readonly map: ReadonlyMap<number, number> }[] = [];

function mapOf(from: string, to: string): ReadonlyMap<number, number> {
  const known = maps.find((entry) => entry.from === from && entry.to === to);
  if (known) return known.map;
  const map = lineMap(from, to);
  maps.unshift({ from, to, map });
  maps.length = Math.min(maps.length, 4);
  return map;
}
