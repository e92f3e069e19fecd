import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, test } from 'vitest';
import { Debugging, penaltyHelper, stepExperiment, valuesOf } from './dap-debugging.js';
import { debuggingIn } from './trainers-in.js';

const { place, start } = debuggingIn({ 'experiment.ts': stepExperiment, 'penalty.ts': penaltyHelper });

/** At the end of step 2, with everything of it kept. */
async function afterStep(): Promise<Debugging> {
  const debugging = await start({ 'experiment.ts': [{ line: 26, condition: 'step === 2' }] });
  await debugging.stopped();
  await debugging.setLines('experiment.ts', []);
  await debugging.by('step');
  expect(await debugging.where()).toBe('step between step 2 in step 2');
  return debugging;
}

const named = (variables: readonly DebugProtocol.Variable[], name: string): DebugProtocol.Variable => {
  const found = variables.find((variable) => variable.name === name);
  if (!found) throw new Error(`no ${name} among ${variables.map((one) => one.name).join()}`);
  return found;
};

test('the training as variables: batch, layers with outputs, weights and gradients, optimizer, random state', async () => {
  const debugging = await afterStep();
  const inside = async (variables: readonly DebugProtocol.Variable[], name: string) =>
    debugging.variables(named(variables, name).variablesReference);

  const batch = await debugging.scope('Batch');
  expect(named(batch, 'xs').value).toMatch(/^Tensor float32 4×3 \[/);
  const rows = await inside(batch, 'xs');
  expect(valuesOf(rows)).toMatchObject({ shape: '4×3', dtype: '"float32"' });
  expect(valuesOf(await inside(rows, 'statistics'))).toMatchObject({
    min: expect.any(String) as string,
    notFinite: '0',
  });
  expect((await inside(rows, '0')).map(({ name }) => name)).toEqual(['0', '1', '2']);

  const model = await debugging.scope('Model');
  expect(model.map(({ name, value }) => `${name} ${value}`)).toEqual([
    'dense_1 Dense → 4',
    'dropout_1 Dropout → 4',
    'dense_2 Dense → 1',
  ]);
  const dense = await inside(model, 'dense_1');
  expect(dense.map(({ name }) => name)).toEqual([
    'output',
    'kernel',
    'gradient of kernel',
    'bias',
    'gradient of bias',
    'layer',
  ]);
  const optimizer = await debugging.scope('Optimizer');
  expect(valuesOf(optimizer)).toMatchObject({ learningRate: '0.01', beta1: '0.9' });
  expect(optimizer.map(({ name }) => name)).toContain('m of dense_1/kernel');
  expect(valuesOf(await debugging.scope('Random state'))).toMatchObject({ seed: '7', index: '2' });
});

test('values can be changed: locals, the learning rate, settings of the optimizer, single weights', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 25, condition: 'step === 2' }] });
  await debugging.stopped();
  const { client } = debugging;
  const set = async (reference: number, name: string, value: string) => {
    const response = await client.raw('setVariable', { variablesReference: reference, name, value });
    return response.success ? (response.body as { value: string }).value : `failed: ${response.message}`;
  };
  expect(await set(await debugging.scopeReference('Block'), 'scale', '0.25 * 2 + 1')).toBe('1.5');
  expect(await debugging.evaluate('scale')).toBe('1.5');
  expect(await set(await debugging.scopeReference('Block'), 'scale', 'nothing')).toMatch(/^failed: ReferenceError/);
  const constant = /^failed: \w+ is a constant: declare it with let/;
  expect(await set(await debugging.scopeReference('Module'), 'rows', '[]')).toMatch(constant);
  expect(await set(await debugging.scopeReference('Module'), 'penalty', 'undefined')).toMatch(constant);
  expect(await debugging.evaluate('rows.length')).toBe('12');

  const optimizer = await debugging.scopeReference('Optimizer');
  expect(await set(optimizer, 'learningRate', '0.5')).toBe('0.5');
  expect(await set(optimizer, 'learningRate', '-1')).toMatch(/^failed: The learning rate must be/);
  expect(await set(optimizer, 'beta1', '0.8')).toBe('0.8');
  expect(await debugging.evaluate('optimizer.learningRate')).toBe('0.5');

  await debugging.by('step');
  await debugging.stopped();
  const hash = async () => (await client.request<{ stateHash: string }>('backstep/stateHash', {})).stateHash;
  const before = await hash();
  const model = await debugging.scope('Model');
  const kernel = named(await debugging.variables(named(model, 'dense_1').variablesReference), 'kernel');
  const row = named(await debugging.variables(kernel.variablesReference), '1');
  expect(await set(row.variablesReference, '2', '42')).toBe('42');
  expect(await debugging.evaluate('model.layers[0].getWeights()[0].arraySync()[1][2]')).toBe('42');
  expect(await hash()).not.toBe(before);
  expect(await set(row.variablesReference, '2', '"much"')).toBe('failed: A weight is a number.');
  expect(await set(kernel.variablesReference, 'dtype', '"int32"')).toBe('failed: dtype cannot be changed here.');
});

test('of an object of a class private fields are shown, too, and what it computes', async () => {
  const debugging = await afterStep();
  const own = await debugging.client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', {
    expression: 'new (class Own { #hidden = [41]; seen = 1; get twice() { return this.#hidden[0] * 2; } })()',
  });
  const shown = await debugging.variables(own.variablesReference);
  expect(valuesOf(shown)).toEqual({ seen: '1', twice: '(computed when opened)', '#hidden': '[ 41 ]' });
  expect(valuesOf(await debugging.variables(named(shown, 'twice').variablesReference))).toEqual({ value: '82' });
  expect(valuesOf(await debugging.variables(named(shown, '#hidden').variablesReference))).toEqual({ 0: '41' });
});

test('large values come in pages; statistics when they are small, or asked for', async () => {
  const debugging = await afterStep();
  const evaluate = async (expression: string) =>
    debugging.client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, context: 'watch' });
  const ramp = await evaluate('tf.range(0, 1000)');
  expect(ramp).toMatchObject({
    result: 'Tensor float32 1000 · mean 499.5 ± 288.7, 0 … 999, 0.1 % zeros',
    indexedVariables: 1000,
  });
  const page = await debugging.variables(ramp.variablesReference, { filter: 'indexed', start: 500, count: 3 });
  expect(page.map(({ name, value }) => `${name} ${value}`)).toEqual(['500 500', '501 501', '502 502']);
  const all = await debugging.variables(ramp.variablesReference);
  expect(all.at(-1)!.name).toBe('900 … 999');
  const last = await debugging.variables(all.at(-1)!.variablesReference);
  expect(last).toHaveLength(100);
  expect(last.at(-1)).toMatchObject({ name: '999', value: '999' });
  expect((await evaluate('tf.zeros([2000, 1000])')).result).toBe('Tensor float32 2000×1000');
  expect((await evaluate('tf.tensor([NaN, 1, 0].concat(new Array(97).fill(1)))')).result).toBe(
    'Tensor float32 100 · mean 0.9899 ± 0.09999, 0 … 1, 1 % zeros, 1 % not finite',
  );
  expect(await debugging.evaluate('(() => { const t = tf.ones([2]); t.dispose(); return t; })()')).toBe(
    'Tensor float32 2 (disposed)',
  );
  expect(await debugging.evaluate('({ a: [1, 2], f() {} })')).toContain('a: [ 1, 2 ]');
  expect(await debugging.evaluate('new Map([[1, tf.scalar(2)]])')).toContain('Map(1)');
});

test('evaluation: results live until training goes on, mistakes are told in words, names are completed', async () => {
  const debugging = await start({ 'experiment.ts': [{ line: 24 }] });
  await debugging.stopped();
  const before = Number(await debugging.evaluate('tf.memory().numTensors'));
  expect(await debugging.evaluate('let kept = predicted.mean()')).toMatch(/^Tensor float32 scalar/);
  expect(await debugging.evaluate('kept.shape.length')).toBe('0');
  expect(Number(await debugging.evaluate('tf.memory().numTensors'))).toBe(before + 1);
  expect(await debugging.evaluate('await predicted.data()')).toMatch(/dataSync\(\)/);
  expect(await debugging.evaluate('scale = 3', 'hover')).toMatch(/would change something/);
  expect(await debugging.evaluate('tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))')).toMatch(/^failed: Error: .*inner/i);
  expect(await debugging.evaluate('for (;;) {}')).toMatch(/did not come to an end within 10 s/);
  expect(await debugging.evaluate('[model, optimizer, batch, epoch, step].every(Boolean)')).toBe('true');

  const complete = async (text: string) => {
    const frame = (await debugging.frames())[0]!;
    const { targets } = await debugging.client.request<DebugProtocol.CompletionsResponse['body']>('completions', {
      text,
      column: text.length + 1,
      frameId: frame.id,
    });
    return targets.map(({ label }) => label);
  };
  expect(await complete('pred')).toContain('predicted');
  expect(await complete('tf.random')).toEqual(expect.arrayContaining(['randomNormal', 'randomUniform']));
  expect(await complete('predicted.ar')).toEqual(expect.arrayContaining(['arraySync', 'argMax']));
  expect(await complete('opti')).toContain('optimizer');
  // What would have to be called for it, or fails, is nothing to complete, and no failure.
  expect(await complete('tf.ones([2]).sha')).toEqual([]);
  expect(await complete('nothing.at.')).toEqual([]);
  await debugging.evaluate('globalThis.größe = { δ: 1 }');
  expect(await complete('größe.')).toContain('δ');

  await debugging.go();
  await debugging.stopped();
  // One step on, the same place: what the expressions made is gone.
  expect(await debugging.evaluate('kept.isDisposed')).toBe('true');
});

test('a front end that is not Backstep’s gets the console and the results as output', async () => {
  place.write('talks.ts', stepExperiment.replace('let scale', "console.log('hello');\n    let scale"));
  const debugging = await start({}, { file: 'talks.ts', clientID: 'vscode' });
  await debugging.runToEnd();
  const output = debugging.client
    .events()
    .filter(({ event }) => event === 'output')
    .map(({ body }) => body as DebugProtocol.OutputEvent['body']);
  expect(output[0]).toMatchObject({ category: 'stdout', output: 'hello\n', line: 21 });
  expect(output.some(({ output: text }) => /^Epoch 2: loss /.test(text))).toBe(true);
  expect(output.at(-1)!.output).toMatch(/^Done after 6 steps/);
});
