import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import { penaltyHelper, stepExperiment, valuesOf } from './dap-debugging.js';
import { debuggingIn } from './trainers-in.js';

const { place, start } = debuggingIn({ 'experiment.ts': stepExperiment, 'penalty.ts': penaltyHelper });

test('a breakpoint on a line: verified by the text, and again when its file is loaded, hit with the person’s frames and variables', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 24 }], 'penalty.ts': [{ line: 3 }] });
  const answers = debugging.client.responses().filter(({ command }) => command === 'setBreakpoints');
  expect(answers.map(({ body }) => (body as { breakpoints: DebugProtocol.Breakpoint[] }).breakpoints)).toMatchObject([
    [{ verified: true, line: 24 }],
    [{ verified: true, line: 8 }],
  ]);
  const at = await debugging.stopped();
  expect(at).toMatchObject({
    ...{ told: 'breakpoint', reason: 'breakpoint', stands: 'line', file: place.file('experiment.ts'), line: 24 },
    ...{ description: 'experiment.ts:24', epoch: 1, step: 1, stepInEpoch: 1 },
    path: ['epoch 1', 'step 1', 'loss'],
  });
  // The interface is no code: the next line that is, is the function's first.
  const changed = debugging.client.events().filter(({ event }) => event === 'breakpoint');
  expect(changed.map(({ body }) => (body as { breakpoint: DebugProtocol.Breakpoint }).breakpoint)).toMatchObject([
    { verified: true, line: 24, source: { path: place.file('experiment.ts') } },
    { verified: true, line: 8, source: { path: place.file('penalty.ts') } },
  ]);
  expect(await debugging.stack()).toEqual([
    '(anonymous) experiment.ts:24',
    'trainStep experiment.ts:22',
    'epoch 1 › step 1 › loss',
  ]);
  const folded = (await debugging.frames()).filter(({ presentationHint }) => presentationHint === 'subtle');
  expect(folded.length).toBeGreaterThan(3);
  expect(folded.map(({ name }) => name)).toContain('minimize');

  const local = valuesOf(await debugging.scope('Local'));
  expect(local['predicted']).toMatch(/^Tensor float32 4×1 \[/);
  expect(valuesOf(await debugging.scope('Block'))['scale']).toBe('0.5');
  await debugging.go();
  // On to the helper, in the same step.
  expect(await debugging.stopped()).toMatchObject({
    told: 'breakpoint',
    file: place.file('penalty.ts'),
    line: 8,
    step: 1,
  });
  expect(await debugging.stack()).toMatchObject([
    'penalty penalty.ts:8',
    '(anonymous) experiment.ts:25',
    'trainStep experiment.ts:22',
    expect.stringContaining('epoch 1 › step 1') as string,
  ]);
  await debugging.setLines('experiment.ts', []);
  await debugging.setLines('penalty.ts', []);
  await debugging.go();
  await debugging.runToEnd();
});

test('conditions, hit counts, log messages; what is wrong with them is told', async () => {
  const debugging = await start({
    'experiment.ts': [
      { line: 23, logMessage: 'step {step}: {batch.xs.shape.join("×")} \\{x}' },
      { line: 24, condition: 'step > 2 && scale === 0.5' },
      { line: 25, hitCondition: '% 5' },
      { line: 26, condition: 'nothing.there' },
      { line: 21, condition: 'scale ===' },
      { line: 10, hitCondition: 'often' },
    ],
  });
  const [answer] = debugging.client.responses().filter(({ command }) => command === 'setBreakpoints');
  const { breakpoints } = answer!.body as { breakpoints: DebugProtocol.Breakpoint[] };
  expect(breakpoints.slice(4)).toMatchObject([
    { verified: false, message: expect.stringMatching(/^The condition cannot be read: /) as string },
    { verified: false, message: expect.stringContaining('“often”') as string },
  ]);
  expect(await debugging.stopped()).toMatchObject({ line: 24, step: 3 });
  expect(debugging.client.eventsOf('log').map(({ text, line }) => [text, line])).toEqual([
    ['step 1: 4×3 {x}', 23],
    ['step 2: 4×3 {x}', 23],
    ['step 3: 4×3 {x}', 23],
  ]);
  expect(debugging.client.eventsOf('notice').map(({ message }) => message)).toEqual([
    expect.stringMatching(/ReferenceError: nothing is not defined/),
  ]);
  await debugging.setLines('experiment.ts', [{ line: 25, hitCondition: '% 5' }]);
  await debugging.go();
  expect(await debugging.stopped()).toMatchObject({ line: 25, step: 5 });
  await debugging.setLines('experiment.ts', []);
  await debugging.go();
  await debugging.runToEnd();
});

test('a condition that loops for ever is given up, once, and training goes on', async () => {
  const endless = '(() => { let at = 0; while (scale < 1) at++; return at > 0; })()';
  const debugging = await start({ 'experiment.ts': [{ line: 24, condition: endless }] });
  expect(await debugging.runToEnd()).toBe(await (await start()).runToEnd());
  expect(debugging.client.eventsOf('notice').map(({ message }) => message)).toEqual([
    expect.stringContaining('It did not come to an end within 5 s, and is not tried again until it is changed'),
  ]);
});

test('stops, looks, evaluations and steps in the middle of steps leave no trace in the run', async () => {
  const plain = await (await start()).runToEnd();
  expect(await (await start({ 'experiment.ts': [{ line: 24, condition: 'Math.random() > 2' }] })).runToEnd()).toBe(
    plain,
  );
  const debugging = await start({
    'experiment.ts': [{ line: 24 }],
    'penalty.ts': [{ line: 10, condition: 'step === 4' }],
  });
  for (let stop = 0; stop < 10; stop++) {
    const at = await debugging.stopped();
    const [frame] = await debugging.frames();
    for (const expression of [
      'Math.random() + tf.randomNormal([3]).sum().dataSync()[0]',
      'model.predict(batch.xs)',
      'tf.variableGrads(() => model.predict(batch.xs).mean()).value',
      'tf.grad((x) => x.square().sum())(tf.ones([2]))',
      'tf.layers.dense({ units: 2, inputShape: [3] })',
      'model.layers[0].getWeights()[0].dispose()',
    ]) {
      const { success, message } = await debugging.client.raw('evaluate', {
        expression,
        frameId: frame!.id,
        context: 'repl',
      });
      if (expression.includes('dispose')) expect(message).toMatch(/training’s/);
      else expect(`${expression}: ${message ?? success}`).toBe(`${expression}: true`);
    }
    for (const name of ['Training', 'Model', 'Optimizer', 'Batch', 'Random state']) {
      for (const { variablesReference } of await debugging.scope(name)) {
        if (variablesReference > 0) await debugging.variables(variablesReference);
      }
    }
    await debugging.go(at.step % 2 ? 'next' : 'continue');
    if (at.step % 2) {
      await debugging.stopped();
      await debugging.go();
    }
  }
  await debugging.setLines('experiment.ts', []);
  await debugging.setLines('penalty.ts', []);
  if (!debugging.client.eventsOf('end').length) await debugging.client.raw('continue', { threadId: 1 });
  expect(await debugging.runToEnd()).toBe(plain);
});
