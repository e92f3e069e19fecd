/** What tests of the training engine stand on: data in memory, a host that records, a folder that goes away. */
import * as tf from '@tensorflow/tfjs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  runOptions,
  type DataInfo,
  type RunOptionsInput,
  type StepEvent,
  type TrainingEvent,
} from '../../../../src/shared/protocol/training.js';
import {
  DatasetDescription,
  type Batch,
  type BatchStream,
  type DataOutline,
  type LoadedData,
} from '../../../../src/trainer/runtime/data/batch-stream.js';
import { shuffledOrder } from '../../../../src/trainer/runtime/data/random.js';
import { asExperiment, type Experiment } from '../../../../src/trainer/runtime/experiment.js';
import type { PausedTraining } from '../../../../src/trainer/runtime/paused-training.js';
import { train, type TrainingEnvironment, type TrainingResult } from '../../../../src/trainer/runtime/train.js';
import type { TrainingHost } from '../../../../src/trainer/runtime/training-host.js';

export interface Examples {
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor | tf.Tensor[];
}

export interface MemoryOptions extends Examples {
  readonly batchSize: number;
  readonly shuffle?: boolean;
  readonly validation?: Examples;
  readonly info?: Partial<DataInfo>;
  readonly featureNames?: readonly string[];
  /** Called with the number of each batch before it is made. */
  readonly onBatch?: (index: number) => void;
}

/** Batches out of tensors that stay the test's own, in an order that follows from seed and epoch. */
export class MemoryDataset extends DatasetDescription {
  constructor(private readonly options: MemoryOptions) {
    super();
  }

  private get info(): DataInfo {
    const { xs, validation, info } = this.options;
    return {
      name: 'memory',
      source: 'memory',
      description: 'made by a test',
      trainExamples: xs.shape[0],
      validationExamples: validation?.xs.shape[0],
      skipped: [],
      skippedCount: 0,
      ...info,
    };
  }

  outline(): Promise<DataOutline> {
    return Promise.resolve({ info: this.info });
  }

  load(): Promise<LoadedData> {
    const { validation, batchSize, featureNames } = this.options;
    return Promise.resolve({
      info: this.info,
      train: streamOf(this.options, batchSize, this.options.shuffle ?? false, this.options.onBatch),
      validation: validation && streamOf(validation, batchSize, false),
      featureNames,
      close: () => Promise.resolve(),
    });
  }
}

function streamOf(
  { xs, ys }: Examples,
  batchSize: number,
  shuffle: boolean,
  onBatch?: (index: number) => void,
): BatchStream {
  const examples = xs.shape[0]!;
  return {
    examples,
    batchSize,
    batchesPerEpoch: Math.ceil(examples / batchSize),
    open({ seed, epoch, skip }) {
      const order = shuffle
        ? shuffledOrder(examples, seed, epoch)
        : Int32Array.from({ length: examples }, (_, index) => index);
      let next = skip;
      return {
        next: () => {
          const indices = order.slice(next * batchSize, (next + 1) * batchSize);
          if (indices.length === 0) return Promise.resolve(undefined);
          onBatch?.(next);
          next++;
          const ids = tf.tensor1d(indices, 'int32');
          const batch: Batch = {
            xs: tf.gather(xs, ids),
            ys: Array.isArray(ys) ? ys.map((one) => tf.gather(one, ids)) : tf.gather(ys, ids),
            size: indices.length,
            names: [...indices].map((index) => `example ${index}`),
          };
          ids.dispose();
          return Promise.resolve(batch);
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

export interface RecordingHost extends TrainingHost {
  readonly events: TrainingEvent[];
  readonly steps: StepEvent[];
  stopRequested: boolean;
  wantsGradientNorms: boolean;
}

export interface HostHooks {
  mayStop?: boolean | ((step: number) => boolean);
  afterStep?: (step: StepEvent, paused: PausedTraining, host: RecordingHost) => void;
  afterEpoch?: (epoch: number, paused: PausedTraining, host: RecordingHost) => void;
}

export function recordingHost(hooks: HostHooks = {}): RecordingHost {
  const events: TrainingEvent[] = [];
  const host: RecordingHost = {
    events,
    get steps() {
      return events.filter((event) => event.kind === 'step');
    },
    stopRequested: false,
    wantsGradientNorms: false,
    emit: (event) => void events.push(event),
    mayStopAfter: ({ step }) => (typeof hooks.mayStop === 'function' ? hooks.mayStop(step) : (hooks.mayStop ?? false)),
    afterStep: (step, paused) => hooks.afterStep?.(step, paused, host),
    afterEpoch: ({ epoch }, paused) => hooks.afterEpoch?.(epoch, paused, host),
  };
  return host;
}

export function eventsOf<K extends TrainingEvent['kind']>(
  host: RecordingHost,
  kind: K,
): Extract<TrainingEvent, { kind: K }>[] {
  return host.events.filter((event): event is Extract<TrainingEvent, { kind: K }> => event.kind === kind);
}

/** A workspace with an experiment's file in it, gone after the test. */
export function workspace(text = "export { default } from './other.js';\n"): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tiny.ts'), text);
  return folder;
}

export function testEnvironment(over: Partial<TrainingEnvironment> = {}): TrainingEnvironment {
  return {
    dataEnvironment: ({ experiment, ...rest }) => ({
      ...rest,
      experimentDir: path.dirname(experiment),
      namedFolders: {},
      cacheDir: '/nowhere',
    }),
    chooseBackend: async () => {
      await tf.setBackend('cpu');
      return { backend: 'cpu', device: 'test', precision: 'float32', speed: 'eager', notInUse: [] };
    },
    ...over,
  };
}

export interface TrainingOutcome {
  readonly result: TrainingResult;
  readonly host: RecordingHost;
}

/** Trains in a workspace of its own, unless one is given. */
export async function trainHere(
  experiment: Experiment,
  over: Partial<RunOptionsInput> & { readonly workspace?: string } = {},
  host = recordingHost(),
  environment: Partial<TrainingEnvironment> = {},
): Promise<TrainingOutcome> {
  const { workspace: folder = workspace(), ...options } = over;
  const parsed = runOptions.parse({ experiment: path.join(folder, 'tiny.ts'), summaries: 'off', ...options });
  const result = await train(parsed, asExperiment(experiment), host, testEnvironment(environment));
  return { result, host };
}

/** Numbers that look random and are the same everywhere. */
export function numbers(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  });
}

/** Three classes of points that can be told apart, one-hot. */
export function points(
  count: number,
  features = 4,
  classes = 3,
): { readonly xs: tf.Tensor2D; readonly ys: tf.Tensor2D } {
  const noise = numbers(count * features);
  const values = Array.from({ length: count }, (_, row) =>
    Array.from(
      { length: features },
      (__, column) => (column === row % classes ? 1 : 0) + 0.6 * noise[row * features + column]!,
    ),
  );
  const targets = Array.from({ length: count }, (_, row) =>
    Array.from({ length: classes }, (__, column) => (column === row % classes ? 1 : 0)),
  );
  return { xs: tf.tensor2d(values), ys: tf.tensor2d(targets) };
}

export function bits(model: tf.LayersModel): string[] {
  return model.weights.map((weight) =>
    Buffer.from(new Uint8Array(weight.read().dataSync().slice().buffer)).toString('base64'),
  );
}
