/** Plain TensorFlow.js scripts in the real trainer: followed, stopped, looked at, and ended as they end themselves. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/shared/events/event-reader.js';
import { numbersOfTensor } from '../../../src/shared/events/numbers-of-tensor.js';
import { sourceOfBytes } from '../../../src/shared/models/parts-of-source.js';
import { stripTypes } from '../../../src/trainer/loader/strip-types.js';
import { command } from '../cli/command.js';
import { builtBundles, workspace, type Workspace } from './built.js';

interface Line {
  readonly kind: string;
  readonly [name: string]: unknown;
}

const anyNumber = expect.any(Number) as number;

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace();
  cpSync(path.resolve('tests/fixtures/scripts'), place.folder, { recursive: true });
}, 120_000);
afterAll(() => place.remove());

async function run(file: string, ...more: readonly string[]) {
  const args = ['run', file, '--json', '--backend', 'cpu', '--seed', '3', ...more];
  const ended = await command(args, { cwd: place.folder, home: place.home });
  const lines = ended.stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []));
  const of = (kind: string): readonly Line[] => lines.filter((line) => line.kind === kind);
  return { ...ended, lines, of, last: lines.at(-1) };
}

/** By the published messages. */
function matricesIn(folder: string) {
  const found: { readonly step: number; readonly counts: readonly number[] }[] = [];
  for (const name of readdirSync(folder)) {
    readEvents(sourceOfBytes(readFileSync(path.join(folder, name))), {
      event: ({ step, what }) => {
        if (what.case !== 'summary') return;
        for (const { tag, value } of what.value.value) {
          if (tag !== 'confusion_matrix/counts' || value.case !== 'tensor') continue;
          found.push({ step: Number(step), counts: [...(numbersOfTensor(value.value) ?? [])] });
        }
      },
      problem: (problem) => expect.fail(JSON.stringify(problem)),
    });
  }
  return found;
}

describe('a script is trained', () => {
  it('by fit: steps, epochs with validation, what it prints', async () => {
    const { of, last, code, stderr } = await run('iris.ts');
    expect(code, stderr).toBe(0);
    expect(of('start')).toHaveLength(1);
    expect(of('start')[0]).toMatchObject({
      ...{ epochs: 3, stepsPerEpoch: 4, batchSize: 12, params: 67, seed: 3 },
      metricNames: ['acc'],
    });
    expect(of('step').map(({ step, epoch }) => [step, epoch])).toEqual(
      Array.from({ length: 12 }, (_, index) => [index + 1, Math.floor(index / 4) + 1]),
    );
    expect(of('step')[0]).toMatchObject({ loss: anyNumber, metrics: { acc: anyNumber } });
    expect(of('epoch')).toHaveLength(3);
    expect(of('epoch')[2]).toMatchObject({ epoch: 3, validation: { loss: anyNumber, acc: anyNumber } });
    expect(last).toMatchObject({ kind: 'end', reason: 'completed', steps: 12, epoch: 3 });
    expect(stderr).toContain('trained 3 epochs');
    const folder = String(last!['runDir']);
    expect(JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8'))).toMatchObject({
      ...{ kind: 'script', status: 'completed', epoch: 3, step: 12, stateHash: last!['stateHash'] },
    });
    expect(
      readdirSync(folder)
        .filter((name) => !name.startsWith('events.'))
        .sort(),
    ).toEqual(['experiment', 'run.json', 'train', 'validation', 'weights.safetensors']);
  });

  it('in loops of its own, batch by batch, fit again and again, from data sets, with two models', async () => {
    const all = await Promise.all(
      ['polynomial.cjs', 'convnet.ts', 'addition-rnn.ts', 'dataset.ts', 'gan.ts'].map((file) => run(file)),
    );
    for (const { code, stderr } of all) expect(code, stderr).toBe(0);
    const [polynomial, convnet, rnn, dataset, gan] = all.map(({ of }) => ({
      start: of('start')[0]!,
      steps: of('step'),
      epochs: of('epoch'),
    }));
    expect(polynomial).toMatchObject({ start: { params: 3 }, epochs: [] });
    expect(polynomial!.steps).toHaveLength(40);
    expect(polynomial!.steps[39]!['loss']).toBeLessThan(polynomial!.steps[0]!['loss'] as number);
    expect(convnet!.steps).toHaveLength(6);
    expect(convnet!.steps[0]).toMatchObject({ metrics: { acc: anyNumber }, learningRate: 0.001 });
    // One epoch a call, counted over the run.
    expect(rnn!.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 2],
      [2, 4],
      [3, 6],
    ]);
    expect(dataset!.steps).toHaveLength(8);
    expect(dataset!.epochs).toHaveLength(2);
    expect(gan!.start).toMatchObject({ params: 13 });
    expect(gan!.steps).toHaveLength(8);
    expect(gan!.steps.every(({ loss }) => typeof loss === 'number')).toBe(true);
  });

  it('as the examples of TensorFlow.js are written: a policy, an autoencoder, frozen layers, rows of a file', async () => {
    const files = ['policy-gradient.cjs', 'autoencoder.cjs', 'transfer.mjs', 'housing.cjs', 'own-descent.ts'];
    const all = await Promise.all(files.map((file) => run(file)));
    for (const { code, stderr } of all) expect(code, stderr).toBe(0);
    expect(all.map(({ of }) => [of('step').length, of('epoch').length])).toEqual([
      [3, 0],
      [8, 0],
      [6, 3],
      [12, 3],
      [6, 0],
    ]);
    for (const { of } of all) for (const { loss } of of('step')) expect(loss).toEqual(anyNumber);
    // Of what is trained, not of all that is loaded or cut up on the way.
    expect(all[2]!.of('start').at(-1)).toMatchObject({ params: 92 });
    expect(all[4]!.of('start').at(-1)).toMatchObject({ params: 13 });
  });

  it('with histograms of weights, gradients and activations beside its curves, also where it descends by hand', async () => {
    const writes = async (file: string, tags: readonly string[]): Promise<void> => {
      const { last } = await run(file, '--summaries', 'all');
      const train = path.join(String(last!['runDir']), 'train');
      const text = readdirSync(train)
        .map((name) => readFileSync(path.join(train, name), 'latin1'))
        .join('');
      expect(tags.filter((tag) => !text.includes(tag))).toEqual([]);
    };
    await Promise.all([
      writes('own-descent.ts', [
        ...['weights/dense_1/kernel', 'gradients/dense_1/kernel', 'weights/offset', 'gradients/offset'],
        ...['activations/dense_1', 'activations/dense_2', 'gradient_norm', 'update_norm'],
      ]),
      writes('convnet.ts', ['gradients/dense_1/bias', 'activations/dense_1', 'filters/conv2d_1', 'predictions']),
    ]);
  });

  it('with a confusion matrix of what fit validates last, and of nothing else that the script evaluates', async () => {
    const text = readFileSync(place.file('judged.mjs'), 'utf8');
    writeFileSync(place.file('judged-dataset.mjs'), text.replace("by = 'fit'", "by = 'dataset'"));
    for (const file of ['judged.mjs', 'judged-dataset.mjs']) {
      const { last, of, code, stderr } = await run(file);
      expect(code, stderr).toBe(0);
      const matrices = matricesIn(path.join(String(last!['runDir']), 'validation'));
      const { step, counts } = matrices.at(-1)!;
      const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
      expect([step, counts.length, sum(counts)], file).toEqual([of('step').length, 9, 30]);
      const { validation } = of('epoch').at(-1) as unknown as { readonly validation: { readonly acc: number } };
      expect((counts[0]! + counts[4]! + counts[8]!) / 30).toBeCloseTo(validation.acc, 5);
    }
  });

  it('repeatably with a seed, and as random as it is without one', async () => {
    const hash = async (...more: readonly string[]): Promise<unknown> =>
      (await run('dataset.ts', ...more)).last!['stateHash'];
    const [once, again, other] = await Promise.all([hash(), hash(), hash('--seed', '4')]);
    expect(once).toMatch(/^[0-9a-f]{16}$/);
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });

  it('with no more tensors than where plain Node runs it', async () => {
    for (const file of ['iris.ts', 'polynomial.cjs', 'own-descent.ts']) {
      const counts = (text: string): string[] => [...text.matchAll(/(\d+) tensors/g)].map((match) => match[1]!);
      const { stderr } = await run(file);
      expect(counts(stderr)).toEqual(counts(await plainly(file)));
      expect(counts(stderr).length).toBeGreaterThan(0);
    }
  });
});

describe('a script ends', () => {
  const trains = `import tf from '@tensorflow/tfjs-node';
const w = tf.variable(tf.scalar(0));
const optimizer = tf.train.adam(0.1);
const step = () => optimizer.minimize(() => w.sub(1).square());
`;
  const write = (name: string, text: string): string => {
    place.write(name, trains + text);
    return name;
  };

  it('by process.exit: nothing of what it said is lost, and nothing that it does in its catch counts', async () => {
    const text = `async function main() { step(); step(); console.log('bye'); process.exit(0); }
main().catch((error) => { console.log('caught', error); process.exit(3); });
`;
    const { last, code, stderr } = await run(write('exit.ts', text));
    expect(code, stderr).toBe(0);
    expect(last).toMatchObject({ kind: 'end', steps: 2, stateHash: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    expect(stderr).toContain('bye');
    expect(stderr).not.toContain('caught');
    expect(stderr).toContain('exit.ts:5');
  });

  it('by process.exit with a code: it has failed, at that line', async () => {
    const { last, code } = await run(
      write(
        'fails.ts',
        `step();
setTimeout(() => process.exit(4), 10);
`,
      ),
    );
    expect(code).toBe(1);
    expect(last).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('process.exit(4)') as string,
      line: 6,
    });
    expect(summaryOf(last)).toMatchObject({ status: 'failed', step: 1 });
  });

  it('by an error that nobody catches, at its line; the run says that it failed', async () => {
    const { last, code } = await run(
      write(
        'throws.ts',
        `step();
setTimeout(() => { throw new Error('boom'); }, 10);
`,
      ),
    );
    expect(code).toBe(1);
    expect(last).toMatchObject({ kind: 'error', message: 'boom', file: place.file('throws.ts'), line: 6 });
    expect(summaryOf(last)).toMatchObject({ status: 'failed', error: 'boom', step: 1 });
  });

  it('at no end of its own: a loop without a step is told of, with its line', async () => {
    // Each round sleeps: the thread is held, and the machine is not.
    const text = `step();\nlet on = true;\nsetTimeout(() => (on = false), 0);\nconst until = Date.now() + 18_000;\nconst cell = new Int32Array(new SharedArrayBuffer(4));\nwhile (on && Date.now() < until) {\n  Atomics.wait(cell, 0, 0, 20);\n}\n`;
    const { stderr, code } = await run(write('loops.ts', text));
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/loops\.ts:(10|11):\d+: info: The script has held its thread/);
  });

  it('when its timers are done', async () => {
    const text = `let n = 0;
const timer = setInterval(() => { step(); if (++n === 3) clearInterval(timer); }, 40);
`;
    expect((await run(write('timer.ts', text))).last).toMatchObject({ kind: 'end', steps: 3 });
  });

  it('with words where it never trains, or waits for what never comes', async () => {
    place.write(
      'never.ts',
      `import * as tf from '@tensorflow/tfjs';
console.log(tf.version.tfjs);
`,
    );
    expect((await run('never.ts')).last).toMatchObject({
      ...{ kind: 'error', message: expect.stringContaining('ended without training') as string },
      ...{ file: place.file('never.ts'), line: 1 },
    });
    const { last } = await run(write('waits.ts', `step();\nawait new Promise(() => undefined);\n`));
    expect(last).toMatchObject({ kind: 'error', message: expect.stringContaining('never comes') as string });
  });

  it('after as many steps as were asked for, and never from a saved state', async () => {
    const { last } = await run('polynomial.cjs', '--steps', '7');
    expect(last).toMatchObject({ kind: 'end', reason: 'completed', steps: 7 });
    const refused = await run('polynomial.cjs', '--continue', String(last!['runDir']));
    expect(refused.code).toBe(1);
    expect(refused.last).toMatchObject({ message: expect.stringContaining('cannot be continued') as string });
  });

  it('saving models to files as it does in tfjs-node', async () => {
    place.write(
      'saves.ts',
      `import * as tf from '@tensorflow/tfjs-node';
const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
await model.trainOnBatch(tf.ones([2, 1]), tf.ones([2, 1]));
await model.save('file://' + process.argv[1] + '.model');
const again = await tf.loadLayersModel('file://' + process.argv[1] + '.model/model.json');
console.log('same: ' + (again.getWeights()[0]!.dataSync()[0] === model.getWeights()[0]!.dataSync()[0]));
`,
    );
    const { code, stderr } = await run('saves.ts');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('same: true');
  });
});

function summaryOf(line: Line | undefined): unknown {
  return JSON.parse(readFileSync(path.join(String(line!['runDir']), 'run.json'), 'utf8'));
}

/** What the script prints where Node alone runs it, on the same backend. */
async function plainly(file: string): Promise<string> {
  const text = readFileSync(place.file(file), 'utf8').replace(/@tensorflow\/tfjs(-node)?/g, '@tensorflow/tfjs');
  // Beside the packages that it imports.
  const folder = mkdtempSync(path.resolve('dist/script-'));
  try {
    const isModule = file.endsWith('.ts');
    const stripped = isModule ? stripTypes(text, file) : undefined;
    const name = path.join(folder, isModule ? 'script.mjs' : 'script.cjs');
    writeFileSync(name, stripped?.kind === 'stripped' ? stripped.code : text);
    if (!isModule) cpSync(place.file('polynomial.json'), path.join(folder, 'polynomial.json'));
    const { stdout } = await promisify(execFile)(process.execPath, [name]);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
