/**
 * Finding ops by what a person may know of them: name, kernel, layer, phase, shape, dtype, device, and what
 * their values are like. Pure; a graph's texts are made ready once.
 */
import type { GraphValues } from '../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../src/shared/graph/op-graph.js';

export const findHelp = `By name, op, layer, phase, shape (148x148), dtype or device; all words must be met.
layer:conv2d_1, op:relu, phase:gradient, dtype:int32, device:wasm – one of them alone
slowest, largest – the ten that take most time or memory
not finite, zeros – values that are NaN or infinite, outputs of which half is zero`;

const fields = ['op', 'layer', 'phase', 'dtype', 'device', 'shape', 'name', 'kind'] as const;
type Field = (typeof fields)[number];
const otherNames: Readonly<Record<string, Field>> = { kernel: 'op', type: 'dtype', id: 'name', on: 'device' };

/** Of one op, in lower case. */
type Texts = Readonly<Record<Field, string>> & {
  /** All but the shapes, between spaces. */
  readonly all: string;
};

type Test = (texts: Texts, op: OpNode) => boolean;

const known = new WeakMap<OpGraph, readonly Texts[]>();

/** In the order of the graph; of `slowest` and `largest`, the first comes first. */
export function findOps(graph: OpGraph, text: string, values?: GraphValues): readonly OpNode[] {
  const { tests, most } = read(text, values);
  if (tests.length === 0 && !most) return [];
  const texts = textsOf(graph);
  const found = graph.nodes.filter((op, index) => tests.every((test) => test(texts[index]!, op)));
  if (!most) return found;
  return found
    .filter((op) => most(op) > 0)
    .sort((a, b) => most(b) - most(a))
    .slice(0, 10);
}

function textsOf(graph: OpGraph): readonly Texts[] {
  let texts = known.get(graph);
  if (!texts) known.set(graph, (texts = graph.nodes.map(textsOfOp)));
  return texts;
}

function textsOfOp({ id, op, layer = '', phase, kind, device = '', outputs }: OpNode): Texts {
  const lower = (text: string) => text.toLowerCase();
  const [name, kernel, of, on] = [lower(id), lower(op), lower(layer), lower(device)];
  const dtype = outputs.map((output) => output.dtype).join(' ');
  const shape = outputs.map((output) => `x${output.shape.map((size) => (size < 0 ? '?' : size)).join('x')}x`).join(' ');
  const all = `${name} ${kernel} ${of} ${phase} ${kind} ${dtype} ${on}`;
  return { name, op: kernel, layer: of, phase, kind, dtype, device: on, shape, all };
}

function read(
  entered: string,
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
    else tests.push(testOf(word, values));
  }
  return { tests, most };
}

function testOf(word: string, values: GraphValues | undefined): Test {
  const isIn = (which: 'zeros' | 'notFinite', least: number) => (op: OpNode) => {
    const share = values?.share([op], which);
    return share !== undefined && share > 0 && share >= least;
  };
  switch (word) {
    case 'nan':
    case 'inf':
    case 'infinity':
    case 'notfinite': {
      const isBroken = isIn('notFinite', 0);
      return (_, op) => isBroken(op);
    }
    case 'zeros': {
      const isEmpty = isIn('zeros', 0.5);
      return ({ all }, op) => isEmpty(op) || all.includes(word);
    }
  }
  const [before, after] = word.split(/:(.+)/s);
  const field = fields.find((one) => one === before) ?? otherNames[before!];
  if (field !== undefined && after !== undefined) {
    const wanted = field === 'shape' ? shapeWanted(after) : after;
    return (texts) => texts[field].includes(wanted);
  }
  if (/^[\d?]+(x[\d?]+)+$/.test(word)) {
    const wanted = shapeWanted(word);
    return ({ shape }) => shape.includes(wanted);
  }
  return ({ all, shape }) => all.includes(word) || shape.includes(word);
}

/** Whole sizes: 148x148 is not in 1148x148. */
function shapeWanted(text: string): string {
  return `x${text.replace(/^[[(]|[\])]$/g, '').replaceAll(',', 'x')}x`;
}
