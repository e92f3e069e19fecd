/**
 * Finding ops by what a person may know of them: name, kernel, layer, phase, shape, dtype, device, and what
 * their values are like. Pure; a graph's texts are made ready once.
 */
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';

export const findHelp = `By name, op, layer, phase, shape (148x148), dtype or device; all words must be met.
layer:conv2d_1, op:relu, phase:gradient, dtype:int32, device:wasm – one of them alone
slowest, largest – the ten that take most time or memory
not finite, zeros – values that are NaN or infinite, outputs of which half is zero`;

const fields = ['op', 'layer', 'phase', 'dtype', 'device', 'shape', 'name', 'kind'] as const;
type Field = (typeof fields)[number];
const otherNames: Readonly<Record<string, Field>> = { kernel: 'op', type: 'dtype', id: 'name', on: 'device' };

/** Which ops pass, by their place in the graph. */
type Test = (place: number) => boolean;

const indexes = new WeakMap<OpGraph, TextIndex>();

/** In the order of the graph; of `slowest` and `largest`, the first comes first. */
export function findOps(graph: OpGraph, text: string, values?: GraphValues): readonly OpNode[] {
  const { tests, most } = read(text, graph, indexOf(graph), values);
  if (tests.length === 0 && !most) return [];
  const found = graph.nodes.filter((_, place) => tests.every((test) => test(place)));
  if (!most) return found;
  return found
    .filter((op) => most(op) > 0)
    .sort((a, b) => most(b) - most(a))
    .slice(0, 10);
}

/** So that the first letter that is typed finds all texts ready. */
export function prepareFind(graph: OpGraph): void {
  const index = indexOf(graph);
  for (const field of fields) index.test(field, '');
}

function indexOf(graph: OpGraph): TextIndex {
  let index = indexes.get(graph);
  if (!index) indexes.set(graph, (index = new TextIndex(graph)));
  return index;
}

function read(
  entered: string,
  graph: OpGraph,
  index: TextIndex,
  values: GraphValues | undefined,
): { readonly tests: readonly Test[]; readonly most?: (op: OpNode) => number } {
  const tests: Test[] = [];
  let most: ((op: OpNode) => number) | undefined;
  const text = entered
    .toLowerCase()
    .replaceAll('×', 'x')
    .replace(/\bnot[\s-]*finite\b/g, 'nan');
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (word === 'slowest') most = ({ ms = 0 }) => ms;
    else if (word === 'largest') most = ({ bytes }) => bytes;
    else tests.push(testOf(word, graph, index, values));
  }
  return { tests, most };
}

function testOf(word: string, { nodes }: OpGraph, index: TextIndex, values: GraphValues | undefined): Test {
  const isAtLeast = (which: 'zeros' | 'notFinite', least: number): Test => {
    return (place) => {
      const share = values?.share([nodes[place]!], which);
      return share !== undefined && share > 0 && share >= least;
    };
  };
  if (word === 'nan' || word === 'inf' || word === 'infinity' || word === 'notfinite') return isAtLeast('notFinite', 0);
  if (word === 'zeros') return anyOf([isAtLeast('zeros', 0.5), index.test('name', word), index.test('op', word)]);
  const [before, after] = word.split(/:(.+)/s);
  const field = fields.find((one) => one === before) ?? otherNames[before!];
  if (field !== undefined && after !== undefined) {
    return index.test(field, field === 'shape' ? shapeWanted(after) : after);
  }
  if (/^[\d?]+(x[\d?]+)+$/.test(word)) return index.test('shape', shapeWanted(word));
  const isNumber = /^\d+$/.test(word);
  return anyOf(
    fields.flatMap((one) =>
      one === 'shape' ? (isNumber ? [index.test(one, `x${word}x`)] : []) : [index.test(one, word)],
    ),
  );
}

function anyOf(tests: readonly Test[]): Test {
  return (place) => {
    for (const test of tests) if (test(place)) return true;
    return false;
  };
}

/** Whole sizes: 148x148 is not in 1148x148. */
function shapeWanted(text: string): string {
  return `x${text.replace(/^[[(]|[\])]$/g, '').replaceAll(',', 'x')}x`;
}

const textOfField: Readonly<Record<Exclude<Field, 'shape' | 'dtype'>, (op: OpNode) => string>> = {
  name: ({ id }) => id,
  op: ({ op }) => op,
  layer: ({ layer = '' }) => layer,
  phase: ({ phase }) => phase,
  device: ({ device = '' }) => device,
  kind: ({ kind }) => kind,
};

/** What one field of all ops says: each text once, and which of them an op has. */
interface FieldIndex {
  readonly texts: readonly string[];
  readonly codes: Uint32Array;
}

/** The texts of a graph's ops in lower case, field by field, made ready when they are first looked in. */
class TextIndex {
  private readonly known = new Map<Field, FieldIndex>();

  constructor(private readonly graph: OpGraph) {}

  test(field: Field, wanted: string): Test {
    let index = this.known.get(field);
    if (!index) this.known.set(field, (index = this.indexOf(field)));
    const { texts, codes } = index;
    const passes = Uint8Array.from(texts, (text) => (text.includes(wanted) ? 1 : 0));
    return (place) => passes[codes[place]!] === 1;
  }

  private indexOf(field: Field): FieldIndex {
    const { nodes } = this.graph;
    const textOf = field === 'shape' ? shapesText : field === 'dtype' ? typesText : textOfField[field];
    const texts: string[] = [];
    const codes = new Uint32Array(nodes.length);
    // Names are all others.
    const places = field === 'name' ? undefined : new Map<string, number>();
    nodes.forEach((op, place) => {
      const text = textOf(op);
      let code = places?.get(text);
      if (code === undefined) {
        code = texts.push(text.toLowerCase()) - 1;
        places?.set(text, code);
      }
      codes[place] = code;
    });
    return { texts, codes };
  }
}

/** `x32x148x148x64x`: sizes between crosses, of all outputs. */
function shapesText({ outputs }: OpNode): string {
  let text = '';
  for (const { shape } of outputs) {
    text += text === '' ? 'x' : ' x';
    for (const size of shape) text += size < 0 ? '?x' : `${size}x`;
  }
  return text;
}

function typesText({ outputs }: OpNode): string {
  return outputs.length === 1 ? outputs[0]!.dtype : outputs.map(({ dtype }) => dtype).join(' ');
}
