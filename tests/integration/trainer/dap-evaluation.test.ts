/** What expressions must not do to a training that stands still, and what they leave behind. */
import { expect, test } from 'vitest';
import { penaltyHelper, stepExperiment, type Debugging, type Lines } from './dap-debugging.js';
import { debuggingIn } from './trainers-in.js';

const { start: startWith } = debuggingIn({ 'experiment.ts': stepExperiment, 'penalty.ts': penaltyHelper });
// Tensors are counted: those that a histogram waits for would be among them.
const start = (lines: Lines = {}): Promise<Debugging> => startWith(lines, { summaries: 'off' });
const atLine = { 'experiment.ts': [{ line: 24, condition: 'step === 2' }] };

test('what the training lives on is not given up: the run ends as if nobody had tried', async () => {
  const wanted = await (await start()).runToEnd();
  const debugging = await start(atLine);
  await debugging.stopped();
  const refused = [
    'predicted.dispose()',
    'batch.xs.dispose()',
    'model.layers[0].getWeights()[0].dispose()',
    'model.dispose()',
    'model.layers[0].dispose()',
    'optimizer.dispose()',
    'tf.dispose(model.getWeights())',
    'tf.dispose({ all: [predicted] })',
    'tf.disposeVariables()',
    'tf.engine().reset()',
    'tf.removeBackend("cpu")',
    'tf.tidy(() => { predicted.dispose(); })',
  ];
  for (const expression of refused) {
    expect(await debugging.evaluate(expression), expression).toMatch(
      /^failed: StillInUse: .*the training|The training/i,
    );
  }
  // Scopes that an expression ends or leaves open are its own.
  await debugging.evaluate('tf.engine().endScope()');
  await debugging.evaluate('(tf.engine().startScope("mine"), tf.engine().startScope("mine, too"), 1)');
  expect(await debugging.evaluate('tf.getBackend()')).toBe('"cpu"');
  await debugging.setLines('experiment.ts', []);
  await debugging.by('step');
  await debugging.stopped();
  for (const expression of refused.slice(1, 10).filter((one) => !one.includes('predicted'))) {
    expect(await debugging.evaluate(expression), expression).toMatch(/^failed: StillInUse/);
  }
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(wanted);
});

test('tensors and variables that expressions make end with the stop, used or not, and change nothing', async () => {
  const wanted = await (await start()).runToEnd();
  const debugging = await start({ 'experiment.ts': [{ line: 24 }] });
  await debugging.stopped();
  const count = async () => Number(await debugging.evaluate('tf.memory().numTensors'));
  const before = await count();
  await debugging.evaluate('const grown = tf.variable(tf.ones([3]), true, "grown")');
  await debugging.evaluate('tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] })');
  await debugging.evaluate('[1, 2, 3].map((one) => tf.fill([one], one))');
  await debugging.evaluate('tf.randomNormal([3]) && 1', 'watch');
  await debugging.evaluate('(() => { throw new Error("after " + tf.ones([5]).shape); })()');
  expect(await debugging.evaluate('grown.mean().dataSync()[0]')).toBe('1');
  expect(await count()).toBeGreaterThan(before);
  await debugging.go();
  await debugging.stopped();
  expect(await count()).toBe(before + (await slots(debugging)));
  // The name is free again.
  expect(await debugging.evaluate('const grown = tf.variable(tf.ones([3]), true, "grown")')).toMatch(
    /^Tensor float32 3/,
  );
  await debugging.setLines('experiment.ts', []);
  await debugging.go();
  expect(await debugging.runToEnd()).toBe(wanted);
});

/** Adam makes two for each weight in the first step. */
async function slots(debugging: Debugging): Promise<number> {
  return 2 * Number(await debugging.evaluate('model.trainableWeights.length'));
}

test('an expression that does not end is interrupted by its request’s number, and the next ones are answered', async () => {
  const debugging = await start(atLine);
  await debugging.stopped();
  const { client } = debugging;
  const frameId = (await debugging.frames())[0]!.id;
  const sequence = client.responses().at(-1)!.request_seq + 1;
  const began = performance.now();
  const endless = client.raw('evaluate', {
    expression: 'for (;;) tf.tidy(() => tf.ones([8]).add(1))',
    context: 'repl',
    frameId,
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await client.raw('cancel', { requestId: sequence });
  expect(await endless).toMatchObject({ success: false, message: 'cancelled' });
  expect(performance.now() - began).toBeLessThan(8_000);
  expect(await debugging.evaluate('predicted.shape.join()')).toBe('"4,1"');
  await debugging.setLines('experiment.ts', []);
  await debugging.go();
  await debugging.runToEnd();
});
