/** Which steps are followed op by op: following one costs a noticeable part of it where steps are quick. */
import { MessageChannel } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import type { TrainingBreakpoint, StepEvent } from '../../../../src/shared/protocol/training.js';
import { DebugHost } from '../../../../src/trainer/dap/debug-host.js';
import { SharedFlags } from '../../../../src/trainer/dap/shared-flags.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import type { PausedTraining } from '../../../../src/trainer/runtime/paused-training.js';

beforeAll(async () => {
  await chooseBackend('cpu');
});

test('a quick step is followed only where something may stop in it or after it', async () => {
  const flags = new SharedFlags();
  const { port1, port2 } = new MessageChannel();
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'only' })] });
  const optimizer = tf.train.sgd(0.1);
  const host = new DebugHost({
    flags,
    control: port1,
    post: () => undefined,
    scope: () => ({ model, optimizer }),
    source: () => undefined,
  });
  host.joins({ model, optimizer });
  const xs = tf.ones([4, 3]);
  const batch = { xs, ys: tf.ones([4, 2]), size: 4 };
  let number = 0;
  /** @returns how many of its ops were followed */
  const step = (isQuick: boolean): number => {
    const at = { epoch: 1, step: ++number, stepInEpoch: number, lastInEpoch: false };
    host.mayStopAfter({ ...at, keepingIsFree: false, isQuick, batch });
    tf.tidy(() => void model.predict(xs));
    const service = (globalThis as Record<symbol, { opStatistics(from: number, mostMs: number): string } | undefined>)[
      Symbol.for('backstep.paused')
    ];
    const { value } = JSON.parse(service!.opStatistics(1, 0)) as { readonly value: { readonly total: number } };
    const event: StepEvent = {
      ...{ kind: 'step', epoch: 1, step: number, stepInEpoch: number, loss: 1, metrics: {} },
      ...{ stepMs: 1, dataWaitMs: 0, overheadMs: 0, examples: 4, wallTime: 0 },
    };
    host.afterStep(event, { canLook: false } as PausedTraining);
    return value.total;
  };
  const arm = async (breakpoints: readonly TrainingBreakpoint[]): Promise<void> => {
    port2.postMessage({ breakpoints });
    flags.announceControl();
    await new Promise((resolve) => setImmediate(resolve));
  };

  // The first one tells which ops there are.
  const all = step(true);
  expect(all).toBeGreaterThan(0);
  expect(step(true)).toBe(0);
  expect(step(false)).toBe(all);

  const never: TrainingBreakpoint = {
    id: 'op',
    enabled: true,
    at: { kind: 'op', op: 'Softmax' },
  };
  await arm([never]);
  expect(step(true)).toBe(all);
  await arm([{ ...never, enabled: false }]);
  expect(step(true)).toBe(0);

  // A breakpoint on a line may be met anywhere in it.
  flags.walksThroughSteps = true;
  expect(step(true)).toBe(all);
  flags.walksThroughSteps = false;
  expect(step(true)).toBe(0);
  port1.close();
  port2.close();
});
