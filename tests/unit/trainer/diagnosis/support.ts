/** Trains small models and gathers what the diagnosis says: at its start, on its way, and at a stop. */
import type * as tf from '@tensorflow/tfjs';
import type { Finding } from '../../../../src/shared/protocol/diagnosis.js';
import { diagnosedHost } from '../../../../src/trainer/diagnosis/diagnosed-host.js';
import { RunDiagnosis } from '../../../../src/trainer/diagnosis/run-diagnosis.js';
import type { WantedRule } from '../../../../src/trainer/diagnosis/find.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { eventsOf, recordingHost, trainHere } from '../runtime/support.js';

export interface Diagnosed {
  /** Told on the way, in order. */
  readonly told: Finding[];
  /** All that was known at the stop. */
  readonly explained: Finding[];
  /** Steps at which the armed rule has found something. */
  readonly hits: readonly number[];
  /** None where the run failed. */
  readonly stateHash: string | undefined;
}

export interface DiagnosedOptions {
  readonly steps?: number;
  readonly epochs?: number;
  /** The step to stop after; the last one by default. */
  readonly stopAfter?: number;
  readonly armed?: WantedRule;
  /** The run is ill enough to end by a failure. */
  readonly mayFail?: boolean;
}

export async function diagnose(experiment: Experiment, options: DiagnosedOptions = {}): Promise<Diagnosed> {
  const { steps = 3, stopAfter = steps, armed, epochs } = options;
  let model: tf.LayersModel | undefined;
  let data: unknown;
  let explained: Finding[] = [];
  const hits: number[] = [];
  const diagnosis = new RunDiagnosis({
    placeOfLayer: (label) => ({ file: '/tiny.ts', line: 100 + label.length }),
    placeOfPart: (part) => ({ file: '/tiny.ts', line: part.length }),
  });
  const recording = recordingHost({
    mayStop: true,
    afterStep: (step, paused) => {
      if (armed && diagnosis.test(armed, step, paused)) hits.push(step.step);
      if (step.step !== stopAfter) return;
      paused.prepareLook();
      explained = diagnosis.explain({ step: step.step, loss: step.loss, tensors: paused.tensors });
    },
  });
  const host = diagnosedHost(recording, {
    diagnosis,
    training: (start) => model && { model, optimizer: model.optimizer, experiment, data, start },
  });
  const training = trainHere(
    {
      ...experiment,
      model: async (settings) => (model = await experiment.model(settings)),
      data: async (settings) => {
        const made = await experiment.data(settings);
        data = made;
        return made;
      },
    },
    { ...(epochs === undefined ? { epochs: 1000, steps } : { epochs }) },
    host as typeof recording,
  );
  const stateHash = await training.then(
    ({ result }) => result.stateHash,
    (error: unknown) => {
      if (!options.mayFail) throw error;
      return undefined;
    },
  );
  return { told: eventsOf(recording, 'finding').map(({ finding }) => finding), explained, hits, stateHash };
}

export const namesOf = (findings: readonly Finding[], severities = ['error', 'warning']): string[] =>
  findings.filter(({ severity }) => severities.includes(severity)).map(({ rule }) => rule);
