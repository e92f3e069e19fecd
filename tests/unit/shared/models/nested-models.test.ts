/** Models within models, as each Keras counts their calls: one that is called beside others is found at its own call. */
import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { readArchitecture } from '../../../../src/shared/models/keras/architecture.js';
import { openModel } from '../../../../src/shared/models/open-model.js';

const old = (...rows: (readonly [layer: string, call: number])[]) => rows.map(([layer, call]) => [layer, call, 0, {}]);
const placed = (className: string, name: string, config: object, nodes: readonly unknown[] = []) => ({
  class_name: className,
  name,
  config: { name, ...config },
  inbound_nodes: nodes,
});
const input = (name: string) => placed('InputLayer', name, { batch_input_shape: [null, 4] });
const encoder = (className: string, nodes: readonly unknown[]) =>
  placed(
    className,
    'enc',
    {
      layers: [input('inner'), placed('Dense', 'deep', { units: 3 }, [old(['inner', 0])])],
      input_layers: [['inner', 0, 0]],
      output_layers: [['deep', 0, 0]],
    },
    nodes,
  );

async function edgesOf(topology: object): Promise<string[]> {
  const { graphs } = await openModel({ name: 'model.json', bytes: strToU8(JSON.stringify(topology)) });
  return graphs[0]!.graph.edges.map(({ from, to }) => `${from} → ${to}`).sort();
}
const outputsOf = (topology: object) => readArchitecture(topology).outputs.map(({ layer, call }) => [layer, call]);

it.each(['Functional', 'Model', 'Sequential'])(
  'Keras 2 and TensorFlow.js count the calls of a %s from 1',
  async (className) => {
    const topology = {
      class_name: 'Functional',
      config: {
        name: 'net',
        layers: [
          input('a'),
          input('b'),
          encoder(className, [old(['a', 0]), old(['b', 0])]),
          placed('Subtract', 'minus', {}, [old(['enc', 1], ['enc', 2])]),
        ],
        input_layers: [
          ['a', 0, 0],
          ['b', 0, 0],
        ],
        output_layers: [
          ['minus', 0, 0],
          ['enc', 2, 0],
        ],
      },
    };
    expect(await edgesOf(topology)).toEqual(
      ['a → enc/deep', 'b → enc/deep_2', 'enc/deep → minus', 'enc/deep_2 → minus'].sort(),
    );
    expect(outputsOf(topology)).toEqual([
      ['minus', 0],
      ['enc', 1],
    ]);
  },
);

it('Keras 3 counts them from 1 where outputs of the whole name them, and from 0 elsewhere', async () => {
  const tensor = (layer: string, call: number) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 3], dtype: 'float32', keras_history: [layer, call, 0] },
  });
  const call = (...tensors: object[]) => ({ args: tensors.length === 1 ? tensors : [tensors], kwargs: {} });
  const topology = {
    class_name: 'Functional',
    config: {
      name: 'net',
      layers: [
        input('a'),
        placed('Dense', 'first', { units: 4 }, [call(tensor('a', 0))]),
        encoder('Functional', [call(tensor('a', 0)), call(tensor('first', 0))]),
        placed('Subtract', 'minus', {}, [call(tensor('enc', 0), tensor('enc', 1))]),
      ],
      input_layers: ['a', 0, 0],
      output_layers: [
        ['enc', 2, 0],
        ['minus', 0, 0],
      ],
    },
  };
  expect(await edgesOf(topology)).toEqual(
    ['a → enc/deep', 'a → first', 'enc/deep → minus', 'enc/deep_2 → minus', 'first → enc/deep_2'].sort(),
  );
  expect(outputsOf(topology)).toEqual([
    ['enc', 1],
    ['minus', 0],
  ]);
});

it('layers that are listed in any order are found at once, however many they are', async () => {
  const count = 5000;
  const layers = Array.from({ length: count }, (_, index) =>
    placed('ReLU', `l${count - index}`, {}, [old([count - index === 1 ? 'a' : `l${count - index - 1}`, 0])]),
  );
  const began = performance.now();
  const edges = await edgesOf({
    class_name: 'Functional',
    config: { name: 'net', layers: [...layers, input('a')], input_layers: [], output_layers: [[`l${count}`, 0, 0]] },
  });
  expect(edges).toHaveLength(count);
  // In rounds over all that wait it took minutes.
  expect(performance.now() - began).toBeLessThan(5000);
});
