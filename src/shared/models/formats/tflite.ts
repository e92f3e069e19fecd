/**
 * TensorFlow Lite's flatbuffers: operators and tensors of each subgraph, the tensors' values left where
 * they are. Tables are read by the numbers of their fields in TensorFlow Lite's schema.
 *
 * @see https://flatbuffers.dev/internals/
 */
import { ByteBuffer } from 'flatbuffers';
import type { OpNode } from '../../graph/op-graph.js';
import { GraphBuilder, UNKNOWN } from '../graph-builder.js';
import { ModelFileError, type ModelFormat } from '../model-format.js';
import { builtinOperators, tensorTypes } from '../tflite-names.js';

export const tflite: ModelFormat = {
  title: 'TensorFlow Lite (.tflite)',
  matches: ({ head }) => String.fromCharCode(...head.subarray(4, 8)) === 'TFL3',
  open({ bytes }) {
    const buffer = new Tables(bytes);
    const root = buffer.root();
    const codes = buffer.tables(root, 1).map((code) => operatorName(buffer, code));
    const graphs = buffer.tables(root, 2).map((subgraph, index) => ({
      title: buffer.text(subgraph, 4) || (index === 0 ? 'main' : `subgraph ${index + 1}`),
      ...openSubgraph(buffer, subgraph, codes),
    }));
    if (graphs.length === 0) throw new ModelFileError('It holds no subgraph.');
    const description = buffer.text(root, 3);
    return {
      format: this.title,
      facts: [
        { name: 'version', value: String(buffer.uint32(root, 0)) },
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

function openSubgraph(buffer: Tables, subgraph: number, codes: readonly string[]) {
  const notes: string[] = [];
  const builder = new GraphBuilder();
  const tensors = buffer.tables(subgraph, 0);
  const facts = tensors.map((tensor) => tensorOf(buffer, tensor));
  const operators = buffer.tables(subgraph, 3);
  const sources = new Map<number, { readonly from: string; readonly slot: number }>();

  for (const index of buffer.numbers(subgraph, 1)) {
    const tensor = facts[index];
    if (tensor)
      sources.set(index, {
        from: builder.add({ ...named(tensor.name), op: 'Input', kind: 'input', outputs: [tensor.output] }),
        slot: 0,
      });
  }
  const added = operators.map((operator) => {
    const outputs = buffer.numbers(operator, 2);
    const first = facts[outputs[0] ?? -1];
    const op = codes[buffer.uint32(operator, 0)];
    if (op === undefined) throw new ModelFileError('An operator in it has a kind that the file does not list.');
    const id = builder.add({
      ...named(first?.name ?? op),
      op,
      outputs: outputs.flatMap((index) => (facts[index] ? [facts[index].output] : [])),
    });
    outputs.forEach((index, slot) => sources.set(index, { from: id, slot }));
    return { operator, id };
  });
  for (const { operator, id } of added) {
    buffer.numbers(operator, 1).forEach((index, place) => {
      // −1 stands for an input that may be left out.
      if (index < 0) return;
      const tensor = facts[index];
      if (!tensor) throw new ModelFileError('An operator in it takes a tensor that the file does not hold.');
      let source = sources.get(index);
      if (!source) {
        source = {
          from: builder.add({
            ...named(tensor.name),
            op: 'Const',
            kind: tensor.isVariable ? 'variable' : 'constant',
            outputs: [tensor.output],
          }),
          slot: 0,
        };
        sources.set(index, source);
      }
      builder.connect(source, id, `input ${place + 1}`);
    });
  }
  return { graph: builder.finish(notes), notes };
}

/** Converters name a fused operator after all that went into it. */
function named(name: string): { readonly id: string; readonly group: readonly string[] } {
  const first = name.split(';')[0]!;
  const parts = first.split('/').filter((part) => part !== '');
  return { id: parts.join('/') || 'tensor', group: parts.slice(0, -1) };
}

function tensorOf(buffer: Tables, tensor: number) {
  // The signature has −1 where a size is not known before the model runs.
  const signature = buffer.numbers(tensor, 7);
  const shape = signature.length > 0 ? signature : buffer.numbers(tensor, 0);
  const output: OpNode['outputs'][number] = {
    shape: shape.map((size) => (size < 0 ? UNKNOWN : size)),
    dtype: tensorTypes[buffer.int8(tensor, 1)] ?? 'unknown',
  };
  return { name: buffer.text(tensor, 3), output, isVariable: buffer.int8(tensor, 5) !== 0 };
}

/** Access to flatbuffers' tables by the numbers of their fields; whatever points outside of the file throws. */
class Tables {
  private readonly buffer: ByteBuffer;

  constructor(private readonly bytes: Uint8Array) {
    this.buffer = new ByteBuffer(bytes);
  }

  root(): number {
    return this.checked(this.buffer.readInt32(0));
  }

  tables(table: number, field: number): number[] {
    return this.vector(table, field, (at) => this.checked(this.buffer.__indirect(at)));
  }

  numbers(table: number, field: number): number[] {
    return this.vector(table, field, (at) => this.buffer.readInt32(at));
  }

  text(table: number, field: number): string {
    const at = this.place(table, field);
    if (at === 0) return '';
    const start = this.checked(this.buffer.__indirect(at));
    const length = this.buffer.readInt32(start);
    if (length < 0 || start + 4 + length > this.bytes.length) throw new RangeError('text outside of the file');
    const text: unknown = this.buffer.__string(at);
    return typeof text === 'string' ? text : '';
  }

  int8(table: number, field: number): number {
    const at = this.place(table, field);
    return at === 0 ? 0 : this.buffer.readInt8(at);
  }

  int32(table: number, field: number): number {
    const at = this.place(table, field);
    return at === 0 ? 0 : this.buffer.readInt32(at);
  }

  uint32(table: number, field: number): number {
    return this.int32(table, field) >>> 0;
  }

  private vector<T>(table: number, field: number, read: (at: number) => T): T[] {
    const at = this.place(table, field);
    if (at === 0) return [];
    const start = this.checked(this.buffer.__vector(at));
    const length = this.buffer.readInt32(start - 4);
    if (length < 0 || start + 4 * length > this.bytes.length) throw new RangeError('list outside of the file');
    return Array.from({ length }, (_, index) => read(start + 4 * index));
  }

  /** 0 where the table does not have it. */
  private place(table: number, field: number): number {
    const offset = this.buffer.__offset(table, 4 + 2 * field);
    return offset === 0 ? 0 : this.checked(table + offset);
  }

  private checked(at: number): number {
    if (at < 4 || at >= this.bytes.length) throw new RangeError(`place ${at} outside of the file`);
    return at;
  }
}
