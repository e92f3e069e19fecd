/** Compiled steps in the loop: they agree with eager ones, a stop is eager at the exact state, and looking changes nothing. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  stepLook,
  type RunOptionsInput,
  type TrainingBreakpoint,
  type TrainingEvent,
} from '../../../src/shared/protocol/training.js';
import { builtBundles, tinyExperiment, workspace, type Workspace } from './built.js';
import { DapClient } from './dap-client.js';

const engine = process.env['BACKSTEP_TEST_ENGINE'];
if (!engine) console.log('skipped: compiled steps in the loop, as BACKSTEP_TEST_ENGINE names no native TensorFlow');

type Event<K extends TrainingEvent['kind']> = Extract<TrainingEvent, { kind: K }>;

interface Run {
  readonly client: DapClient;
  readonly steps: readonly Event<'step'>[];
  readonly hash: string;
}

describe.skipIf(!engine)('two speeds', () => {
  let place: Workspace;
  let clients: DapClient[] = [];

  beforeAll(async () => {
    await builtBundles();
    place = workspace({
      'experiment.ts': tinyExperiment,
      // 24 examples in batches of 5: the last one has 4.
      'short.ts': tinyExperiment.replace('batchSize: 4', 'batchSize: 5'),
      'reads.ts': ownStep('const value = loss.dataSync()[0]; return { loss, double: value * 2 };'),
      'own.ts': ownStep('return { loss, double: loss.mul(2) };'),
      'explodes.ts': tinyExperiment.replace('tf.train.adam(0.01)', 'tf.train.sgd(1e30)'),
    });
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    clients = [];
  });
  afterAll(() => place?.remove());

  /** The same model, trained by a step of the person's own. */
  function ownStep(end: string): string {
    return tinyExperiment.replace(
      '  epochs: 2',
      `  trainStep: ({ model, optimizer, batch }) => {
    const compute = () => tf.losses.softmaxCrossEntropy(batch.ys as tf.Tensor, model.apply(batch.xs, { training: true }) as tf.Tensor);
    const { value: loss, grads } = tf.variableGrads(compute);
    optimizer.applyGradients(grads);
    ${end}
  },
  epochs: 2`,
    );
  }

  async function start(
    file: string,
    options: Partial<RunOptionsInput> = {},
    breakpoints: readonly TrainingBreakpoint[] = [],
  ): Promise<DapClient> {
    const client = new DapClient({ BACKSTEP_HOME: place.home, BACKSTEP_ENGINE: engine });
    clients.push(client);
    await client.start({ experiment: place.file(file), backend: 'tensorflow', ...options }, breakpoints);
    return client;
  }

  async function finish(client: DapClient): Promise<Run> {
    await client.event('terminated');
    await client.raw('disconnect');
    await client.exited;
    const [failure] = client.eventsOf('error');
    if (failure) throw new Error(failure.message);
    return { client, steps: client.eventsOf('step'), hash: client.eventsOf('end')[0]!.stateHash! };
  }

  const run = async (file: string, options: Partial<RunOptionsInput> = {}): Promise<Run> =>
    finish(await start(file, options));

  const undisturbedRuns = new Map<string, Run>();
  /** Of each file one such run serves all tests. */
  async function undisturbedRun(file: string): Promise<Run> {
    const known = undisturbedRuns.get(file) ?? (await run(file));
    undisturbedRuns.set(file, known);
    return known;
  }

  const at = (kind: TrainingBreakpoint['at']): TrainingBreakpoint => ({
    id: JSON.stringify(kind),
    enabled: true,
    at: kind,
  });
  const goOn = (client: DapClient): Promise<unknown> => client.request('continue', { threadId: 1 });

  function expectSameLosses(one: Run, other: Run): void {
    expect(one.steps.length).toBe(other.steps.length);
    one.steps.forEach((step, i) => expect(Math.abs(step.loss - other.steps[i]!.loss)).toBeLessThan(1e-4));
  }

  test('all steps but the first are compiled; twice the same hash; the same losses as op by op', async () => {
    const compiled = await undisturbedRun('experiment.ts');
    expect(compiled.client.eventsOf('speed')).toMatchObject([{ speed: 'compiled' }]);
    expect(compiled.steps.map(({ speed }) => speed)).toEqual(['eager', ...Array<string>(11).fill('compiled')]);
    expect((await run('experiment.ts')).hash).toBe(compiled.hash);
    const eager = await run('experiment.ts', { eager: true });
    expect(eager.steps.every(({ speed }) => speed === 'eager')).toBe(true);
    expectSameLosses(compiled, eager);
  });

  test('stops of every kind show the step, and leave the run as it was', async () => {
    const undisturbed = await undisturbedRun('experiment.ts');
    const client = await start('experiment.ts', {}, [
      at({ kind: 'step', step: 4 }),
      at({ kind: 'epochEnd', epoch: 1 }),
    ]);
    expect(await client.stopped()).toMatchObject({ reason: 'breakpoint', step: 4 });
    const look = stepLook.parse(await client.request('backstep/look', {}));
    expect(look.loss).toBe(undisturbed.steps[3]!.loss);
    expect(look.batch.size).toBe(4);
    expect(look.batch.predictedLabels).toHaveLength(4);
    expect(look.layers.map(({ output }) => output !== undefined)).toEqual([true, true, true]);
    expect(look.layers[0]!.gradNorm).toBeGreaterThan(0);
    await client.request('next', { threadId: 1 });
    expect(await client.stopped()).toMatchObject({ reason: 'step', step: 5 });
    expect(stepLook.parse(await client.request('backstep/look', {})).layers[2]!.output).toBeDefined();
    await goOn(client);
    expect(await client.stopped()).toMatchObject({ description: 'end of epoch 1', step: 6 });
    expect(stepLook.parse(await client.request('backstep/look', {})).layers[2]!.output).toBeDefined();
    await goOn(client);
    const disturbed = await finish(client);
    expect(disturbed.steps.map(({ loss }) => loss)).toEqual(undisturbed.steps.map(({ loss }) => loss));
    expect(disturbed.hash).toBe(undisturbed.hash);
  });

  test('a condition that became true in a compiled step stops right after it', async () => {
    const undisturbed = await undisturbedRun('experiment.ts');
    const wanted = undisturbed.steps[7]!;
    const client = await start('experiment.ts', {}, [
      at({ kind: 'condition', condition: `step > 2 && loss == ${wanted.loss}` }),
      at({ kind: 'condition', condition: "step == 10 && gradNorm('dense_1') > 0 && weightNorm > 0 && !notFinite" }),
    ]);
    expect(await client.stopped()).toMatchObject({ step: wanted.step });
    const look = stepLook.parse(await client.request('backstep/look', {}));
    // The state before that step was replayed from some steps earlier: what is seen is the same, to the bit.
    const direct = await start('experiment.ts', {}, [at({ kind: 'step', step: wanted.step })]);
    await direct.stopped();
    const seen = stepLook.parse(await direct.request('backstep/look', {}));
    expect(look.layers[0]!.output).toBeDefined();
    expect(look.layers.map(({ output }) => output)).toEqual(seen.layers.map(({ output }) => output));
    expect(look.batch).toEqual(seen.batch);
    expect(look.stateHash).toBe(seen.stateHash);
    await goOn(client);
    expect(await client.stopped()).toMatchObject({ step: 10 });
    await goOn(client);
    expect((await finish(client)).hash).toBe(undisturbed.hash);
  });

  test('what is not finite stops, also where the loss is still a number', async () => {
    const client = await start('explodes.ts', {}, [at({ kind: 'condition', condition: 'notFinite' })]);
    const { step } = await client.stopped();
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(6);
    await client.raw('disconnect', { terminateDebuggee: true });
  });

  test('what a person changes at a stop stands: learning rate and weights', async () => {
    const undisturbed = await undisturbedRun('experiment.ts');
    const client = await start('experiment.ts', {}, [at({ kind: 'step', step: 3 }), at({ kind: 'step', step: 6 })]);
    await client.stopped();
    await client.request('backstep/setLearningRate', { learningRate: 0.5 });
    await goOn(client);
    await client.stopped();
    const losses = client.eventsOf('step').map(({ loss }) => loss);
    expect(losses.slice(0, 4)).toEqual(undisturbed.steps.slice(0, 4).map(({ loss }) => loss));
    expect(losses[5]).not.toBe(undisturbed.steps[5]!.loss);
    const { body: stack } = await client.raw('stackTrace', { threadId: 1 });
    const frameId = (stack as { stackFrames: { id: number }[] }).stackFrames[0]!.id;
    const zeroed = await client.raw('evaluate', {
      expression: 'model.layers[2].setWeights(model.layers[2].getWeights().map((w) => tf.zerosLike(w)))',
      context: 'repl',
      frameId,
    });
    expect(zeroed.success).toBe(true);
    await goOn(client);
    const disturbed = await finish(client);
    // With no weights at its end the model says the same of every class.
    expect(disturbed.steps[6]!.loss).toBeCloseTo(Math.log(3), 4);
  });

  test('a stop on a line inside a compiled step: untouched it changes nothing; what is changed there stands, and is told', async () => {
    const undisturbed = await undisturbedRun('own.ts');
    const line =
      readFileSync(place.file('own.ts'), 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('applyGradients')) + 1;
    async function stopInStepFour(): Promise<DapClient> {
      const client = new DapClient({ BACKSTEP_HOME: place.home, BACKSTEP_ENGINE: engine });
      clients.push(client);
      await client.request('initialize', { adapterID: 'backstep' });
      await client.event('initialized');
      await client.request('launch', { experiment: place.file('own.ts'), backend: 'tensorflow' });
      await client.request('setBreakpoints', {
        source: { path: place.file('own.ts') },
        breakpoints: [{ line, condition: 'step == 4' }],
      });
      await client.request('configurationDone');
      expect(await client.stopped()).toMatchObject({ stands: 'line', line, step: 4 });
      return client;
    }

    const looked = await stopInStepFour();
    await goOn(looked);
    const untouched = await finish(looked);
    expect(untouched.hash).toBe(undisturbed.hash);
    expect(untouched.client.eventsOf('notice').map(({ message }) => message)).not.toContainEqual(
      expect.stringContaining('as you changed it'),
    );

    const client = await stopInStepFour();
    const { body } = await client.raw('stackTrace', { threadId: 1 });
    const frameId = (body as { stackFrames: { id: number }[] }).stackFrames[0]!.id;
    const scaled = await client.raw('evaluate', {
      expression: 'model.layers[2].setWeights(model.layers[2].getWeights().map((w) => tf.zerosLike(w)))',
      context: 'repl',
      frameId,
    });
    expect(scaled).toMatchObject({ success: true });
    await goOn(client);
    const changed = await finish(client);
    expect(changed.client.eventsOf('notice').map(({ message }) => message)).toContainEqual(
      expect.stringContaining('Step 4 stands as you changed it'),
    );
    expect(changed.steps.slice(0, 4).map(({ loss }) => loss)).toEqual(
      undisturbed.steps.slice(0, 4).map(({ loss }) => loss),
    );
    expect(changed.steps[4]!.loss).not.toBe(undisturbed.steps[4]!.loss);
    expect(changed.steps[4]!.speed).toBe('compiled');
  });

  test('a short last batch, and a step of the person’s own', async () => {
    const short = await undisturbedRun('short.ts');
    expect(short.steps.slice(1).every(({ speed }) => speed === 'compiled')).toBe(true);
    expectSameLosses(short, await run('short.ts', { eager: true }));
    const own = await undisturbedRun('own.ts');
    expect(own.steps.slice(1).every(({ speed }) => speed === 'compiled')).toBe(true);
    expect(own.steps[5]!.metrics['double']).toBeCloseTo(own.steps[5]!.loss * 2, 5);
    expectSameLosses(own, await run('own.ts', { eager: true }));
  });

  test('a step that reads values while it runs stays op by op, and says why', async () => {
    const reads = await run('reads.ts');
    expect(reads.client.eventsOf('speed')).toMatchObject([
      { speed: 'eager', reason: expect.stringMatching(/read/) as string },
    ]);
    expect(reads.steps.every(({ speed }) => speed === 'eager')).toBe(true);
  });

  test('a run that is gone on with ends as one that was never left', async () => {
    const whole = await undisturbedRun('short.ts');
    const first = await start('short.ts', { epochs: 2, steps: 7 });
    await finish(first);
    const runDir = first.eventsOf('end')[0]!.runDir;
    const rest = await run('short.ts', { epochs: 2, continueFrom: path.resolve(runDir) });
    expect(rest.steps[0]).toMatchObject({ step: 8, speed: 'compiled' });
    expect(rest.hash).toBe(whole.hash);
  });
});
