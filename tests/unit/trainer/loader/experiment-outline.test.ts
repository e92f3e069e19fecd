import { expect, test } from 'vitest';
import { outlineOf } from '../../../../src/trainer/loader/experiment-outline.js';

const source = `import { defineExperiment, tf } from 'backstep';
// export default defineExperiment({ data: wrong })
const note = "export default { loss: 'x' }";

export default defineExperiment({
  seed: 7,
  data: () => load({ loss: 1, nested: [{ model: 2 }] }), // loss: no
  async model() {
    return tf.sequential({ layers: [] });
  },
  optimizer, loss: \`categorical\${'Crossentropy'}\`,
  metrics: ['accuracy'],
});
`;

test('finds the default export and the top-level names, not those in comments, strings or nested objects', () => {
  const outline = outlineOf(source);
  expect(outline.defaultExport).toEqual({ line: 5, column: 1 });
  expect(
    Object.fromEntries([...outline.properties].map(([name, { line, column }]) => [name, `${line}:${column}`])),
  ).toEqual({
    seed: '6:3',
    data: '7:3',
    model: '8:3',
    optimizer: '11:3',
    loss: '11:14',
    metrics: '12:3',
  });
});

test('without a default export the call itself is the place; without both there is none', () => {
  expect(outlineOf("const experiment = defineExperiment({ loss: 'mse' });").defaultExport).toEqual({
    line: 1,
    column: 20,
  });
  expect(outlineOf('const x = 1;').defaultExport).toBeUndefined();
});

test('text that does not compile is read as far as it goes', () => {
  expect(outlineOf('export default defineExperiment({\n  data: (\n').properties.get('data')).toEqual({
    line: 2,
    column: 3,
  });
});
