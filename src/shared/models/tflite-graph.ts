/**
 * TensorFlow Lite's subgraphs as graphs to look at: those that an operator runs stand below it, from what goes into
 * it to the operator itself. Knows no file.
 */
import type { OpGraph } from '../graph/op-graph.js';
import type { Tables } from './containers/flatbuffer.js';
import { GraphBuilder, type Source } from './graph-builder.js';
import { ModelFileError } from './model-file-error.js';
import { ownEntry } from './own-entry.js';
import { operatorFacts, tensorOf, type OperatorFacts, type TensorOfFile } from './tflite-operator.js';

interface Operator extends OperatorFacts {
  readonly op: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

interface Subgraph {
  readonly title: string;
  readonly tensors: readonly TensorOfFile[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly Operator[];
}

/** What operators give to what they run, from which input on, where that is not all of them. */
const firstFed: Readonly<Record<string, number>> = { If: 1, StablehloCase: 1 };

export class TfliteGraphs {
  private readonly subgraphs: readonly Subgraph[];

  /** @param codes the operators' names by their numbers in the file */
  constructor(
    private readonly buffer: Tables,
    tables: readonly number[],
    private readonly codes: readonly string[],
  ) {
    this.subgraphs = tables.map((table, index) => this.read(table, index));
  }

  /** One for each that no operator runs; the first is the model's own. */
  open(): { readonly title: string; readonly graph: OpGraph; readonly notes: readonly string[] }[] {
    const called = new Set(
      this.subgraphs.flatMap(({ operators }) => operators.flatMap((one) => one.called.map(({ index }) => index))),
    );
    return this.subgraphs.flatMap((subgraph, index) => {
      if (index > 0 && called.has(index)) return [];
      const notes: string[] = [];
      const builder = new GraphBuilder();
      this.add(builder, subgraph, '', 0, () => undefined);
      return [{ title: subgraph.title, graph: builder.finish(notes), notes }];
    });
  }

  private read(table: number, index: number): Subgraph {
    const { buffer } = this;
    return {
      title: buffer.text(table, 4) || (index === 0 ? 'main' : `subgraph ${index + 1}`),
      tensors: buffer.tables(table, 0).map((tensor) => tensorOf(buffer, tensor)),
      inputs: buffer.numbers(table, 1),
      outputs: buffer.numbers(table, 2),
      operators: buffer.tables(table, 3).map((operator) => {
        const op = this.codes[buffer.int32(operator, 0) >>> 0];
        if (op === undefined) throw new ModelFileError('An operator in it has a kind that the file does not list.');
        const [inputs, outputs] = [buffer.numbers(operator, 1), buffer.numbers(operator, 2)];
        return { op, inputs, outputs, ...operatorFacts(buffer, operator) };
      }),
    };
  }

  /** @param fed what comes into its inputs, by their place. @returns what goes out of it */
  private add(
    builder: GraphBuilder,
    { tensors, inputs, outputs, operators }: Subgraph,
    prefix: string,
    depth: number,
    fed: (place: number) => Source | undefined,
  ): readonly (Source | undefined)[] {
    builder.enter(depth);
    const sources = new Map<number, Source>();
    const single = (tensor: TensorOfFile, op: string, kind: 'input' | 'op' | 'constant' | 'variable'): string =>
      builder.add({
        ...named(prefix, tensor.name),
        op,
        kind,
        known: [tensor.facts],
        attributes: quantizationOf([tensor]),
      });
    for (const [place, index] of inputs.entries()) {
      const tensor = tensors[index];
      if (!tensor) continue;
      const source = fed(place);
      const from = single(tensor, 'Input', source ? 'op' : 'input');
      if (source) builder.connect(source, from, 'value');
      sources.set(index, { from });
    }
    const added = operators.map((operator) => {
      const given = operator.outputs.map((index) => tensors[index]);
      const id = builder.add({
        ...named(prefix, given[0]?.name ?? operator.op),
        op: operator.op,
        known: given.map((tensor) => tensor?.facts),
        attributes: { ...operator.attributes, ...this.titlesOf(operator), ...quantizationOf(given) },
      });
      operator.outputs.forEach((index, slot) => sources.set(index, { from: id, slot }));
      return { operator, id };
    });
    for (const { operator, id } of added) {
      for (const [place, index] of operator.inputs.entries()) {
        // −1 stands for an input that may be left out.
        if (index < 0) continue;
        const tensor = tensors[index];
        if (!tensor) throw new ModelFileError('An operator in it takes a tensor that the file does not hold.');
        const source = sources.get(index) ?? {
          from: single(tensor, 'Const', tensor.isVariable ? 'variable' : 'constant'),
        };
        sources.set(index, source);
        builder.connect(source, id, `input ${place + 1}`);
      }
      const first = ownEntry(firstFed, operator.op) ?? 0;
      for (const { name, index } of operator.called) {
        const body = this.subgraphs[index];
        if (!body) continue;
        const given = (place: number): Source | undefined => sources.get(operator.inputs[first + place] ?? -1);
        for (const source of this.add(builder, body, `${id}/${name}/`, depth + 1, given))
          if (source) builder.connect(source, id, name);
      }
    }
    return outputs.map((index) => sources.get(index));
  }

  /** What it runs, by the names that the file has for it. */
  private titlesOf({ called }: Operator): Readonly<Record<string, string>> {
    return Object.fromEntries(
      called.flatMap(({ name, index }) => {
        const body = this.subgraphs[index];
        return body ? [[name, body.title] as const] : [];
      }),
    );
  }
}

/** Converters name a fused operator after all that went into it. */
function named(prefix: string, name: string): { readonly id: string; readonly group: readonly string[] } {
  const first = name.split(';')[0]!;
  const parts = (prefix + first).split('/').filter((part) => part !== '');
  if (first.replaceAll('/', '') === '') parts.push('tensor');
  return { id: parts.join('/'), group: parts.slice(0, -1) };
}

function quantizationOf(tensors: readonly (TensorOfFile | undefined)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tensors.flatMap((tensor, at) =>
      tensor?.quantization
        ? [[at === 0 ? 'quantization' : `quantization of output ${at + 1}`, tensor.quantization]]
        : [],
    ),
  );
}
