/**
 * What runs are called where several have the same name, as those of one experiment do: by the folders that they are
 * in, then by the settings that tell them apart, else by when they began.
 */
import { byName } from '../../src/shared/base/by-name.js';
import { groupBy } from '../../src/shared/base/group-by.js';
import type { RunSummary } from '../../src/shared/protocol/rpc.js';
import type { HparamSession } from '../../src/shared/protocol/summaries.js';
import { formatWhen, formatWhenShort } from '../charts/format.js';
import { appStore } from './app-state.js';
import { baseName, folderName } from './paths.js';
import { hparamsStore, settingsOf, settingsOfEveryRun } from './run-settings.js';

type Run = Pick<RunSummary, 'id' | 'name' | 'createdAt' | 'path'>;
type Settings = Readonly<Record<string, string>>;

/** More of them are no name. */
const MOST_SETTINGS = 3;
/** It follows from other settings. */
const DERIVED = new Set(['parameters']);

export interface RunName {
  /** With its folder where runs of others have its name. */
  readonly placed: string;
  /** No other run is called so. */
  readonly whole: string;
  /** What `whole` says besides that. */
  readonly rest: string;
  /** Settings that tell it apart: `rate=0.1, units=4`. Often none. */
  readonly settings: string;
}

let made:
  | {
      readonly runs: readonly RunSummary[];
      readonly sessions: readonly HparamSession[];
      readonly names: ReadonlyMap<string, RunName>;
    }
  | undefined;

/** Of all the folder's runs. */
export function runNames(
  runs: readonly RunSummary[] = appStore.getState().runs,
  sessions: readonly HparamSession[] = hparamsStore.getState().sessions,
): ReadonlyMap<string, RunName> {
  if (made?.runs !== runs || made.sessions !== sessions)
    made = { runs, sessions, names: namesOfRuns(runs, (run) => settingsOf(run, sessions)) };
  return made.names;
}

export function nameOfRun(id: string): string {
  return runNames().get(id)?.whole ?? id;
}

/** Whether somebody who looks for runs by name means this one. */
export function isCalled(
  { id, name }: Pick<Run, 'id' | 'name'>,
  shown: RunName | undefined,
  matches: (name: string) => boolean,
): boolean {
  return matches(name) || matches(id) || (shown !== undefined && matches(shown.whole));
}

/** By id. */
export function namesOfRuns<R extends Run>(
  runs: readonly R[],
  settingsOf: (run: R) => Settings,
): ReadonlyMap<string, RunName> {
  const named = new Map<string, RunName>();
  for (const [name, alike] of groupBy(runs, (run) => run.name)) {
    for (const [folder, together] of groupByFolder(alike)) {
      // As TensorBoard has it where the name is a folder's own.
      const isOwn = together.every(({ path }) => baseName(path) === name);
      const placed = folder === '' ? name : isOwn ? `${folder}/${name}` : `${name}, ${folder}`;
      for (const { id, words, time } of toldApart(together, settingsOf)) {
        const said = (...parts: readonly string[]) => parts.filter((part) => part !== '').join(', ');
        named.set(id, { placed, settings: words, rest: said(words, time), whole: said(placed, words, time) });
      }
    }
  }
  return named;
}

/** Runs by the folders that theirs are in, as far as these differ. */
function groupByFolder<R extends Run>(alike: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const folders = groupBy(alike, ({ path }) => folderName(path));
  if (folders.size === 1) return new Map([['', alike]]);
  const parts = [...folders.keys()].map((folder) => folder.split('/'));
  const [first] = parts as [string[]];
  const shortest = Math.min(...parts.map(({ length }) => length));
  const all = (same: (folder: string[]) => boolean) => parts.every(same);
  let before = 0;
  while (before < shortest && all((folder) => folder[before] === first[before])) before++;
  // A folder above all the others is called by its own name.
  if (before === shortest) before--;
  let after = 0;
  while (after < shortest - before - 1 && all((folder) => folder.at(-1 - after) === first.at(-1 - after))) after++;
  return new Map(
    [...folders.values()].map((runs, index) => [
      parts[index]!.slice(before, parts[index]!.length - after).join('/'),
      runs,
    ]),
  );
}

function toldApart<R extends Run>(alike: readonly R[], settingsOf: (run: R) => Settings) {
  if (alike.length === 1) return [{ id: alike[0]!.id, words: '', time: '' }];
  const settings = new Map(alike.map((run) => [run, settingsOf(run)]));
  const telling = tellingSettings([...settings.values()]);
  const byWords = groupBy(alike, (run) =>
    telling.map((setting) => `${setting}=${settings.get(run)![setting] ?? '–'}`).join(', '),
  );
  return [...byWords].flatMap(([words, same]) => {
    const times = same.length > 1 || words === '' ? timesOf(same) : undefined;
    return same.map(({ id }, index) => ({ id, words, time: times?.[index] ?? '' }));
  });
}

/** The one that tells most of them apart first, then whatever tells more apart; an experiment's own where others tell as much. */
function tellingSettings(all: readonly Settings[]): readonly string[] {
  const names = [...new Set(all.flatMap((settings) => Object.keys(settings)))].filter((name) => !DERIVED.has(name));
  const rank = (name: string) => Number(settingsOfEveryRun.has(name));
  const left = new Set(names.toSorted((a, b) => rank(a) - rank(b)));
  const chosen: string[] = [];
  let words = all.map(() => '');
  while (chosen.length < MOST_SETTINGS) {
    let best: { readonly name: string; readonly words: string[]; readonly count: number } | undefined;
    for (const name of left) {
      const more = all.map((settings, index) => `${words[index]}\0${settings[name] ?? ''}`);
      const count = new Set(more).size;
      if (count > (best?.count ?? new Set(words).size)) best = { name, words: more, count };
    }
    if (!best) break;
    chosen.push(best.name);
    left.delete(best.name);
    words = best.words;
  }
  return chosen.sort(byName);
}

/** As short as tells them apart. */
function timesOf(runs: readonly Run[]): readonly string[] {
  const exact = (time: number) => `${formatWhen(time).replace(/^today /, '')}:${pad(new Date(time).getSeconds())}`;
  for (const words of [formatWhenShort, (time: number) => formatWhen(time).replace(/^today /, '')]) {
    const times = runs.map(({ createdAt }) => words(createdAt));
    if (new Set(times).size === times.length) return times;
  }
  return runs.map(({ createdAt }) => exact(createdAt));
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
