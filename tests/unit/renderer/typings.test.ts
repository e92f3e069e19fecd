/** The rolled-up typings, checked as the editor checks: what is right passes, what is wrong is found. */
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const library = '/typings/backstep.d.ts';
let typings: ts.SourceFile;
const libraries = new Map<string, ts.SourceFile | undefined>();

beforeAll(async () => {
  const { rollUp } = (await import('../../../scripts/typings.mjs' as string)) as { rollUp(): string };
  typings = ts.createSourceFile(library, rollUp(), ts.ScriptTarget.ESNext, true);
});

function errorsOf(text: string): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const source = ts.createSourceFile('/user/experiment.ts', text, ts.ScriptTarget.ESNext, true);
  host.getSourceFile = (name, ...rest) => {
    if (name === source.fileName) return source;
    if (name === library) return typings;
    if (!libraries.has(name)) libraries.set(name, read(name, ...rest));
    return libraries.get(name);
  };
  host.fileExists = (name) => name === source.fileName || name === library;
  const program = ts.createProgram([source.fileName, library], options, host);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '),
  );
}

describe('typings for the editor', () => {
  it('know an experiment and TensorFlow.js, chained ops and subclasses included', () => {
    expect(
      errorsOf(`
        import { defineExperiment, datasets, tf, type Batch } from 'backstep';
        import * as plain from '@tensorflow/tfjs';
        class Twice extends tf.layers.Layer {
          static className = 'Twice';
          override call(inputs: tf.Tensor | tf.Tensor[]) { return (Array.isArray(inputs) ? inputs[0]! : inputs).mul(2); }
        }
        const mean: tf.Tensor = plain.tensor1d([1, 2]).relu().add(1).mean();
        const size = (batch: Batch): number => batch.size;
        export { Twice, mean, size };
        export default defineExperiment({
          seed: 7,
          data: () => datasets.imageFolder('rps', { imageSize: [150, 150], batchSize: 32 }),
          model: () => tf.sequential({ layers: [tf.layers.conv2d({ inputShape: [150, 150, 3], filters: 8, kernelSize: 3 })] }),
          optimizer: () => tf.train.rmsprop(1e-3),
          loss: 'categoricalCrossentropy',
          metrics: ['accuracy'],
          epochs: 15,
        });`),
    ).toEqual([]);
  });

  it('know the types of the settings that an experiment names, and let others be anything', () => {
    const experiment = (settings: string, optimizer: string) => `
      import { defineExperiment, datasets, tf } from 'backstep';
      export default defineExperiment({
        ${settings}
        data: () => datasets.csv('iris.csv', { target: 'species' }),
        model: () => tf.sequential({ layers: [] }),
        optimizer: ${optimizer},
        loss: 'meanSquaredError',
      });`;
    const named = "settings: { rate: 0.01, momentum: 0, layers: '64,32', fast: false },";
    const good =
      '({ rate, fast, layers }) => (fast === true ? tf.train.sgd(rate) : tf.train.adam(rate + layers.length))';
    expect(errorsOf(experiment(named, good))).toEqual([]);
    expect(errorsOf(experiment(named, '({ layers }) => tf.train.adam(layers)')).join()).toContain("'string'");
    expect(errorsOf(experiment(named, '({ raet }) => tf.train.adam(raet)')).join()).toContain("'raet'");
    expect(errorsOf(experiment('', '({ rate = 0.01 }) => tf.train.adam(rate)'))).toEqual([]);
    expect(errorsOf(experiment('settings: { rate: [1] },', '() => tf.train.adam(1)')).length).toBeGreaterThan(0);
  });

  it('know a script by the names that it imports TensorFlow.js by, and as a default', () => {
    expect(
      errorsOf(`
        import tf from '@tensorflow/tfjs-node';
        import * as plain from '@tensorflow/tfjs-node-gpu';
        const xs: tf.Tensor = plain.ones([4, 1]);
        const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
        await model.fit(xs, xs, { callbacks: { onEpochEnd: (epoch, logs) => void [epoch.toFixed(), logs?.loss] } });`),
    ).toEqual([]);
  });

  it.each([
    ['a misspelt option', `import { tf } from 'backstep'; tf.layers.dense({ unitz: 3 });`, /'unitz' does not exist/],
    [
      'a name that is not there',
      `import { tf } from 'backstep'; tf.layers.dens({ units: 3 });`,
      /'dens' does not exist/,
    ],
    [
      'a wrong type',
      `import { tf } from 'backstep'; const x: string = tf.scalar(1); x;`,
      /not assignable to type 'string'/,
    ],
    [
      'a misspelt setting',
      `import { defineExperiment } from 'backstep'; defineExperiment({ epocs: 3 } as const);`,
      /epocs|missing/,
    ],
    ['a data set that is not there', `import { datasets } from 'backstep'; datasets.baz();`, /'baz' does not exist/],
  ])('find %s', (_what, text, message) => {
    expect(errorsOf(text).join('\n')).toMatch(message);
  });
});
