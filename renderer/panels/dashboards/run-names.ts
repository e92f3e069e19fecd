/**
 * What runs are called where several have the same name, as those of one experiment do: by the settings that tell them
 * apart, else by when they began. Pure.
 */
import { byName } from '../../../src/shared/base/by-name.js';
import { groupBy } from '../../../src/shared/base/group-by.js';
import type { RunSummary } from '../../../src/shared/protocol/rpc.js';
import { formatWhen, formatWhenShort } from '../../charts/format.js';

type Run = Pick<RunSummary, 'id' | 'name' | 'createdAt'>;
type Settings = Readonly<Record<string, string>>;

/** More of them are no name. */
const MOST_SETTINGS = 3;
/** It follows from other settings. */
const DERIVED = new Set(['parameters']);

/** By id. */
export function namesOfRuns<R extends Run>(
  runs: readonly R[],
  settingsOf: (run: R) => Settings,
): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const [name, alike] of groupBy(runs, (run) => run.name)) {
    if (alike.length === 1) {
      named.set(alike[0]!.id, name);
      continue;
    }
    const settings = new Map(alike.map((run) => [run, settingsOf(run)]));
    const telling = tellingSettings([...settings.values()]);
    const byWords = groupBy(alike, (run) =>
      telling.map((setting) => `${setting}=${settings.get(run)![setting] ?? '–'}`).join(', '),
    );
    for (const [words, same] of byWords) {
      const times = same.length > 1 || words === '' ? timesOf(same) : undefined;
      for (const [index, { id }] of same.entries())
        named.set(id, [name, words, times?.[index] ?? ''].filter((part) => part !== '').join(', '));
    }
  }
  return named;
}

/** The one that tells most of them apart first, then whatever tells more apart. */
function tellingSettings(all: readonly Settings[]): readonly string[] {
  const left = new Set(all.flatMap((settings) => Object.keys(settings)).filter((name) => !DERIVED.has(name)));
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
