/**
 * Finding ops by what a person may know of them: name, kernel, layer, phase, shape, dtype, device, and what
 * their values are like. Pure; a graph's texts are made ready once.
 */
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';

export const findHelp = `By name, op, layer, phase, shape (148x148), dtype or device; all words must be met.
layer:conv2d_1, op:relu, phase:gradient, dtype:int32, device:wasm – one of them alone
slowest, largest – the ten that take most time or memory; slowest 25 – as many
not finite, zeros – values that are NaN or infinite, outputs of which half is zero`;

const fields = ['op', 'layer', 'phase', 'dtype', 'device', 'shape', 'name', 'kind'] as const;
type Field = (typeof fields)[number];
const otherNames: Readonly<Record<string, Field>> = { kernel: 'op', type: 'dtype', id: 'name', on: 'device' };

/** 1 for the ops that pass, by their place in the graph. */
type Passed = Uint8Array;

const indexes = new WeakMap<OpGraph, TextIndex>();

/** In the order of the graph; of `slowest` and `largest`, the first comes first. */
export function findOps(graph: OpGraph, text: string, values?: GraphValues): readonly OpNode[] {
  const { tests, most, count } = read(text, graph, indexOf(graph), values);
  if (tests.length === 0 && !most) return [];
  const found = graph.nodes.filter((_, place) => tests.every((passed) => passed[place] === 1));
  if (!most) return found;
  return found
    .filter((op) => most(op) > 0)
    .sort((a, b) => most(b) - most(a))
    .slice(0, count);
}

const FINITENESS = /\bnot[\s-]*finite\b/g;
const ofValues: ReadonlySet<string> = new Set(['nan', 'inf', 'infinity', 'notfinite', 'zeros']);

/** Whether it asks for what is known of measured values alone. */
export function asksForValues(text: string): boolean {
  return wordsOf(text).some((word) => ofValues.has(word));
}

function wordsOf(entered: string): string[] {
  return entered.toLowerCase().replaceAll('×', 'x').replace(FINITENESS, 'nan').split(/\s+/).filter(Boolean);
}

/** So that the first letter that is typed finds all texts ready. */
export function prepareFind(graph: OpGraph): void {
  const index = indexOf(graph);
  for (const field of fields) index.prepare(field);
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
): { readonly tests: readonly Passed[]; readonly most?: (op: OpNode) => number; readonly count: number } {
  const tests: Passed[] = [];
  let most: ((op: OpNode) => number) | undefined;
  let count = 10;
  const words = wordsOf(entered);
  words.forEach((word, at) => {
    if (word === 'slowest') most = ({ ms = 0 }) => ms;
    else if (word === 'largest') most = ({ bytes }) => bytes;
    else if (/^\d+$/.test(word) && /^(?:slowest|largest)$/.test(words[at - 1] ?? '')) count = Number(word);
    else tests.push(testOf(word, graph, index, values));
  });
  return { tests, most, count };
}

function testOf(word: string, { nodes }: OpGraph, index: TextIndex, values: GraphValues | undefined): Passed {
  const passed = new Uint8Array(nodes.length);
  const markAtLeast = (which: 'zeros' | 'notFinite', least: number): void => {
    if (!values) return;
    nodes.forEach((op, place) => {
      const share = values.share([op], which);
      if (share !== undefined && share > 0 && share >= least) passed[place] = 1;
    });
  };
  const [before, after] = word.split(/:(.+)/s);
  const field = fields.find((one) => one === before) ?? otherNames[before!];
  if (word === 'zeros') {
    markAtLeast('zeros', 0.5);
    index.mark('name', word, passed);
    index.mark('op', word, passed);
  } else if (ofValues.has(word)) markAtLeast('notFinite', 0);
  else if (field !== undefined && after !== undefined)
    index.mark(field, field === 'shape' ? shapeWanted(after) : after, passed);
  else if (/^[\d?]+(x[\d?]+)+$/.test(word)) index.mark('shape', shapeWanted(word), passed);
  else {
    for (const one of fields) if (one !== 'shape') index.mark(one, word, passed);
    if (/^\d+$/.test(word)) index.mark('shape', `x${word}x`, passed);
  }
  return passed;
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

/** What one field of all ops says: each text once, all of them one after another, and which of them an op has. */
interface FieldIndex {
  readonly text: string;
  /** Where each of them begins in it, and where the last ends. */
  readonly starts: Uint32Array;
  readonly codes: Uint32Array;
}

/** The texts of a graph's ops in lower case, field by field, made ready when they are first looked in. */
class TextIndex {
  private readonly known = new Map<Field, FieldIndex>();

  constructor(private readonly graph: OpGraph) {}

  /** Marks the ops whose field has this in it. */
  mark(field: Field, wanted: string, passed: Passed): void {
    const { text, starts, codes } = this.prepare(field);
    const passes = new Uint8Array(starts.length - 1);
    let isAny = false;
    let code = 0;
    // One search through all of them is many times as fast as one in each.
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, starts[code])) {
      isAny = true;
      while (starts[code + 1]! <= at) code++;
      passes[code++] = 1;
    }
    if (!isAny) return;
    for (let place = 0; place < codes.length; place++) if (passes[codes[place]!] === 1) passed[place] = 1;
  }

  prepare(field: Field): FieldIndex {
    let index = this.known.get(field);
    if (!index) this.known.set(field, (index = this.indexOf(field)));
    return index;
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
        code = texts.push(`${text.toLowerCase()}${BETWEEN}`) - 1;
        places?.set(text, code);
      }
      codes[place] = code;
    });
    const starts = new Uint32Array(texts.length + 1);
    texts.forEach((text, code) => (starts[code + 1] = starts[code]! + text.length));
    return { text: texts.join(''), starts, codes };
  }
}

/** Not in what is looked for, which is cut at it. */
const BETWEEN = '\n';

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
