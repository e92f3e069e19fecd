/** What windows may ask about logs, one entry a question: arguments come validated, answers are copies to be handed on. */
import type { LogColumns, LogPoints, SummaryKind } from '../../shared/protocol/summaries.js';
import { Failure } from '../failure.js';
import { hparamsOf } from './contents/hparams.js';
import { histogramOf } from './contents/histogram.js';
import { mediaOf } from './contents/media.js';
import { storedValue } from './contents/stored-value.js';
import { prCurveOf, tensorOf } from './contents/tensor.js';
import type { LogAnswers, LogQuestionName } from './log-reading.js';
import { itemCount, itemGeneration, type LogRun, type RunTag } from './log-run.js';
import type { LogStore } from './log-store.js';
import { RunNames } from './run-names.js';
import type { ScalarSeries } from './scalar-series.js';

/** In one answer: more are cut off, and can be asked for after it; a window is not sent hundreds of megabytes at once. */
const MOST_POINTS = 4_000_000;
/** Series by columns in one answer. */
const MOST_CELLS = 8_000_000;

export function createLogAnswers(store: LogStore): LogAnswers<LogQuestionName> {
  const names = new RunNames();

  const runOf = (id: string): LogRun => {
    const run = store.run(id);
    if (!run) throw new Failure('not-found', `There is no run “${id}” (any more).`);
    return run;
  };
  const tagOf = (run: string, kind: SummaryKind, name: string): RunTag => {
    const tag = runOf(run).tag(kind, name);
    if (!tag) throw new Failure('not-found', `“${run}” has no ${kind} “${name}” (any more).`);
    return tag;
  };
  const runsOf = (ids: readonly string[] | undefined): LogRun[] =>
    ids ? ids.flatMap((id) => store.run(id) ?? []) : [...store.runs()];

  return {
    'logs/list': async () => {
      const reading = store.runsInReading;
      const runs = [...store.runs()];
      const named = await Promise.all(runs.map((run) => names.nameOf(run)));
      return {
        folders: store.folderFacts(),
        runs: runs.map((run, index) => run.facts(named[index]!, reading.has(run))),
      };
    },

    'logs/tags': ({ runs, since }) => {
      // First: what is read while this is put together is to come again.
      const revision = store.clock.now;
      return {
        revision,
        gone: since === 0 ? [] : store.goneSince(since),
        runs: runsOf(runs)
          .filter((run) => run.revision > since)
          .map((run) => ({ run: run.id, ...run.tagsSince(since) })),
      };
    },

    'logs/points': ({ series, most }) => {
      let left = MOST_POINTS;
      return series.flatMap(({ run, name, from }): LogPoints[] => {
        const found = store.run(run)?.series(name);
        if (!found) return [];
        // What is sorted has another order with each point: a part of it is of no use.
        const points = pointsOf(found, from, found.isSorted ? most : Math.min(most, left));
        left = Math.max(0, left - points.steps.length);
        return [{ run, name, ...points }];
      });
    },

    'logs/columns': ({ series, axis, from, to, columns, smoothing }) => {
      if (series.length * columns > MOST_CELLS) {
        throw new Failure(
          'invalid-params',
          'So many columns are too many for one answer.',
          'Ask for fewer series at once.',
        );
      }
      return series.flatMap(({ run, name }): LogColumns[] => {
        const found = store.run(run)?.series(name);
        if (!found) return [];
        const extent = found.extent(axis);
        const begin = from ?? extent?.from ?? 0;
        // Without an end the last point is to be in the last column, not behind it.
        const end = to ?? (extent ? afterLast(begin, extent.to, columns) : begin + 1);
        const range = { from: begin, to: Math.max(end, begin + Number.MIN_VALUE), columns };
        return [
          {
            run,
            name,
            lines: found.columns(axis, range),
            ...(smoothing > 0 ? { smoothed: found.smoothedColumns(axis, range, smoothing) } : {}),
            ...(extent ? { extent } : {}),
            total: found.points.length,
            generation: found.generation,
          },
        ];
      });
    },

    'logs/items': ({ run, name, kind }) => {
      const tag = tagOf(run, kind, name);
      const count = itemCount(tag);
      const steps = new Float64Array(count);
      const wallMs = new Float64Array(count);
      const counts = new Uint32Array(count);
      let at = 0;
      for (const { tag: part } of tag.parts) {
        for (let index = 0; index < (part.items?.length ?? 0); index++, at++) {
          const item = part.items!.at(index);
          steps[at] = item.step;
          wallMs[at] = item.wallMs;
          counts[at] = item.count;
        }
      }
      return { run, name, generation: itemGeneration(tag), steps, wallMs, counts };
    },

    'logs/histograms': ({ run, name, from, to, most }) => {
      const tag = tagOf(run, 'histogram', name);
      const total = itemCount(tag);
      const items = spread(from, Math.min(to ?? total, total), most);
      return { total, histograms: items.map((item) => ({ item, ...histogramOf(storedValue(tag, item)) })) };
    },

    'logs/media': ({ run, name, kind, item, index }) => mediaOf(storedValue(tagOf(run, kind, name), item), index),
    'logs/tensor': ({ run, name, kind, item }) => tensorOf(storedValue(tagOf(run, kind, name), item)),
    'logs/prCurve': ({ run, name, item }) => prCurveOf(storedValue(tagOf(run, 'prCurve', name), item)),

    'logs/hparams': ({ runs }) => {
      const all = runsOf(runs).map(hparamsOf);
      return {
        sessions: all.flatMap(({ sessions }) => sessions),
        experiments: all.flatMap(({ experiments }) => experiments),
      };
    },
  };
}

function pointsOf(series: ScalarSeries, from: number, most: number): Omit<LogPoints, 'run' | 'name'> {
  const { points } = series;
  const begin = Math.min(from, points.length);
  const end = Math.min(points.length, begin + most);
  return {
    from: begin,
    total: points.length,
    steps: points.steps.slice(begin, end),
    wallMs: points.wallMs.slice(begin, end),
    values: points.values.slice(begin, end),
    stretches: series.stretches,
    sorted: series.isSorted,
    generation: series.generation,
  };
}

function afterLast(from: number, last: number, columns: number): number {
  const width = (last - from) / columns;
  return Math.max(last + (width > 0 ? width : 1), from + 1e-9);
}

/** At most `most` whole numbers of `from` ≤ … < `to`, evenly, both ends among them. */
function spread(from: number, to: number, most: number): number[] {
  const count = Math.max(0, to - from);
  if (count <= most) return Array.from({ length: count }, (_, index) => from + index);
  if (most === 1) return [to - 1];
  return Array.from({ length: most }, (_, index) => from + Math.round((index * (count - 1)) / (most - 1)));
}
