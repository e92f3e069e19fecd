/**
 * TensorFlow Lite's flatbuffers: operators and tensors of each subgraph, the tensors' values left where
 * they are. Tables are read by the numbers of their fields in TensorFlow Lite's schema.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
import { Tables } from '../containers/flatbuffer.js';
import { ModelFileError, type ModelFormat } from '../model-format.js';
import { TfliteGraphs } from '../tflite-graph.js';
import { builtinOperators } from '../tflite-names.js';

export const tflite: ModelFormat = {
  title: 'TensorFlow Lite (.tflite)',
  matches: ({ head }) => String.fromCharCode(...head.subarray(4, 8)) === 'TFL3',
  open({ bytes }) {
    const buffer = new Tables(bytes);
    const root = buffer.root();
    const codes = buffer.tables(root, 1).map((code) => operatorName(buffer, code));
    const graphs = new TfliteGraphs(buffer, buffer.tables(root, 2), codes).open();
    if (graphs.length === 0) throw new ModelFileError('It holds no subgraph.');
    const description = buffer.text(root, 3);
    return {
      format: this.title,
      facts: [
        { name: 'version', value: String(buffer.int32(root, 0) >>> 0) },
        ...(description ? [{ name: 'description', value: description }] : []),
      ],
      graphs: graphs.map(({ title, graph }) => ({ title, graph })),
      notes: graphs.flatMap(({ notes }) => notes),
    };
  },
};

function operatorName(buffer: Tables, code: number): string {
  const custom = buffer.text(code, 1);
  if (custom) return custom;
  // Numbers above 127 stand in a field of their own, beside the one that old readers know.
  const number = Math.max(buffer.int32(code, 3), buffer.int8(code, 0));
  return pascalCase(builtinOperators[number] ?? `OPERATOR_${number}`);
}

/** `CONV_2D` as people say it: `Conv2D`. */
function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => (/^\d/.test(word) ? word : word[0] + word.slice(1).toLowerCase()))
    .join('');
}
