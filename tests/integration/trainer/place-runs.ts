/** Runs that stop at places of a step, for tests: from start to end, going on from each stop. */
import type { StopPoint, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import { tinyExperiment } from './built.js';
import type { Trainers } from './trainers-in.js';

/** Its numbers grow until they are none. */
export const nanExperiment = tinyExperiment
  .replace('tf.train.adam(0.01)', 'tf.train.sgd(1e30)')
  .replace("activation: 'softmax'", "activation: 'linear'")
  .replace("'categoricalCrossentropy'", "'meanSquaredError'");

let ids = 0;
export const at = (where: TrainingBreakpoint['at'], beside: Partial<TrainingBreakpoint> = {}): TrainingBreakpoint => ({
  id: `b${++ids}`,
  enabled: true,
  at: where,
  ...beside,
});

export interface PlaceRun {
  readonly file?: string;
  readonly backend?: 'cpu' | 'wasm' | 'tensorflow';
  readonly environment?: NodeJS.ProcessEnv;
  readonly steps?: number;
  readonly eager?: boolean;
  /** After so many stops all breakpoints are taken away. */
  readonly most?: number;
}

/** Runs to the end, going on from each stop. */
export async function runThrough(
  { place, connect }: Trainers,
  breakpoints: readonly TrainingBreakpoint[],
  options: PlaceRun = {},
) {
  const { file = 'experiment.ts', backend = 'cpu', steps, eager, most = 100 } = options;
  const client = connect(options.environment);
  await client.start({ experiment: place.file(file), backend, steps, eager }, breakpoints);
  const stops: StopPoint[] = [];
  for (;;) {
    const next = await client.until(
      () =>
        client.eventsOf('end')[0] ??
        client.eventsOf('error')[0] ??
        client.events().filter(({ event }) => event === 'stopped')[stops.length],
      'a stop or the end',
    );
    if ('kind' in next) {
      if (next.kind === 'error') throw new Error(next.message);
      return { stops, hash: next.stateHash, client };
    }
    stops.push((next.body as { backstep: StopPoint }).backstep);
    if (stops.length >= most) await client.request('backstep/setTrainingBreakpoints', { breakpoints: [] });
    await client.request('continue', { threadId: 1 });
  }
}

export const inShort = ({ step, when, path, stands }: StopPoint): string =>
  `${step} ${stands === undefined ? '' : `${when} `}${path?.slice(2).join('›') ?? ''}`;
