/**
 * Works out of the notes of a step which ops it has run: what each reads and whom it comes from, its layer, forward
 * partner and line. After the step: the tensors have no values any more, but shapes and numbers.
 */
import * as tf from '@tensorflow/tfjs';
import type { OpNode } from '../../shared/graph/op-graph.js';
import { personsPlaceIn, type HeldStack, type PersonsPlace, type SourcePlace } from '../loader/stack-frames.js';
import type { RecordedInput, RecordedNode, RecordedStep } from './recorded-node.js';
import type { StepFacts } from './step-recorder.js';
import type { AssignNote, ConstantNote, KernelInputs, OpNote, PlaceNote, StepNotes } from './step-notes.js';

export function readNotes(facts: StepFacts, notes: StepNotes): RecordedStep {
  return new NotesReader(facts, notes).read();
}

/** What a tensor comes from. */
interface Source {
  readonly node: RecordedNode;
  readonly slot: number;
}

type Where = Pick<RecordedNode, 'phase' | 'layer'>;

class NotesReader {
  private readonly nodes: RecordedNode[] = [];
  private readonly sources = new Map<number, Source>();
  /** Of variables that are assigned in the step, as it goes on. */
  private readonly data = new Map<tf.Variable, object>();
  private readonly stacks = new Map<HeldStack, PersonsPlace>();
  private readonly placeOfLabel = new Map<string, SourcePlace | undefined>();

  constructor(
    private readonly facts: StepFacts,
    private readonly given: StepNotes,
  ) {
    for (const [layer, label] of facts.labels) this.placeOfLabel.set(label, facts.placeOfLayer(layer));
  }

  read(): RecordedStep {
    const { notes, losses } = this.given;
    for (const note of notes) {
      if (note.kind === 'assign' && !this.data.has(note.variable)) this.data.set(note.variable, note.dataBefore);
    }
    for (const { name, tensor } of this.facts.inputs) {
      const node: RecordedNode = {
        op: 'Placeholder',
        kind: 'input',
        name,
        inputs: [],
        outputs: [this.outputOf(tensor)],
        layer: undefined,
        phase: 'forward',
      };
      this.add(node, tensor);
    }
    for (const note of notes) {
      if (note.kind === 'op') this.addOp(note);
      else if (note.kind === 'constant') this.addConstant(note.tensor, this.whereOf(note), note.value);
      else this.addAssign(note);
    }
    return {
      nodes: this.nodes,
      losses: losses.map(({ id }) => this.sources.get(id)?.node).filter((node) => node !== undefined),
    };
  }

  private add(node: RecordedNode, ...outputs: readonly tf.Tensor[]): RecordedNode {
    this.nodes.push(node);
    outputs.forEach(({ id }, slot) => this.sources.set(id, { node, slot }));
    return node;
  }

  private addOp(note: OpNote): void {
    const { op, attributes, partner, result = [], ms, device } = note;
    const where = this.whereOf(note);
    const given = tensorsIn(note.inputs);
    const inputs = given.map(({ name, tensor }) => this.inputOf(name, tensor, where));
    const data = new Set(given.map(({ tensor }) => this.dataOf(tensor)));
    const outputs = Array.isArray(result) ? (result as readonly tf.Tensor[]) : [result as tf.Tensor];
    const forward = partner?.output && this.sources.get(partner.output.id)?.node;
    const node: RecordedNode = {
      op,
      kind: 'op',
      inputs,
      attributes: plainAttributes(attributes),
      forward,
      place: partner ? forward?.place : this.placeOf(note.update ?? note),
      outputs: outputs.map((tensor) => this.outputOf(tensor, data.has(tensor.dataId))),
      ms,
      device,
      ...where,
    };
    this.add(node, ...outputs);
  }

  private addAssign(note: AssignNote): void {
    const { variable, value, dataAfter, numbers } = note;
    const where = this.whereOf(note);
    const inputs = [this.inputOf('ref', variable, where), this.inputOf('value', value, where)];
    this.data.set(variable, dataAfter);
    const known = this.facts.variables.get(variable.name);
    const node: RecordedNode = {
      op: 'Assign',
      kind: 'assign',
      name: known?.name ?? variable.name,
      inputs,
      outputs: [{ ...shapeOf(variable), alias: true, ...(numbers ? { values: numbers } : {}) }],
      layer: known?.layer ?? where.layer,
      phase: where.phase,
    };
    this.add(node, variable);
  }

  private addVariable(variable: tf.Variable, where: Where): RecordedNode {
    const known = this.facts.variables.get(variable.name);
    const node: RecordedNode = {
      op: 'Variable',
      kind: 'variable',
      name: known?.name ?? variable.name,
      place: known?.layer === undefined ? undefined : this.placeOfLabel.get(known.layer),
      inputs: [],
      outputs: [this.outputOf(variable)],
      layer: known?.layer ?? where.layer,
      phase: where.phase,
    };
    return this.add(node, variable);
  }

  private addConstant(tensor: tf.Tensor, where: Where, value?: number): RecordedNode {
    const node: RecordedNode = {
      op: 'Const',
      kind: 'constant',
      inputs: [],
      outputs: [this.outputOf(tensor)],
      ...(value === undefined ? {} : { value }),
      ...where,
    };
    return this.add(node, tensor);
  }

  private inputOf(name: string, tensor: tf.Tensor, where: Where): RecordedInput {
    const known = this.sources.get(tensor.id);
    if (known) return { name, from: known.node, slot: known.slot };
    const from = tensor instanceof tf.Variable ? this.addVariable(tensor, where) : this.addConstant(tensor, where);
    return { name, from, slot: 0 };
  }

  private outputOf(tensor: tf.Tensor, isAlias = false): OpNode['outputs'][number] {
    const values = this.given.numbers.get(tensor.id);
    return { ...shapeOf(tensor), ...(isAlias ? { alias: true } : {}), ...(values ? { values } : {}) };
  }

  private dataOf(tensor: tf.Tensor): object {
    return (tensor instanceof tf.Variable ? this.data.get(tensor) : undefined) ?? tensor.dataId;
  }

  private whereOf({ layer, phase }: OpNote | ConstantNote | AssignNote): Where {
    return { layer: layer?.label, phase };
  }

  /** The layer's line; inside a layer, loss or step of the person's own, the very line. */
  private placeOf({ layer, stack }: PlaceNote): SourcePlace | undefined {
    if (!stack) return layer?.place;
    const { place, depth } = this.personsPlace(stack);
    return depth > (layer?.calledAt ? this.personsPlace(layer.calledAt).depth : 0) ? place : layer?.place;
  }

  private personsPlace(stack: HeldStack): PersonsPlace {
    const known = this.stacks.get(stack) ?? personsPlaceIn(stack);
    this.stacks.set(stack, known);
    return known;
  }
}

function tensorsIn(inputs: KernelInputs): { readonly name: string; readonly tensor: tf.Tensor }[] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    if (value instanceof tf.Tensor) return [{ name, tensor: value }];
    if (!Array.isArray(value)) return [];
    return (value as readonly tf.Tensor[]).map((tensor, index) => ({ name: `${name}_${index}`, tensor }));
  });
}

function shapeOf({ shape, dtype }: tf.Tensor): Pick<OpNode['outputs'][number], 'shape' | 'dtype'> {
  return { shape: [...shape], dtype };
}

const LONGEST_LIST = 64;

/** What JSON can hold of them: numbers, texts, and short lists of these. */
function plainAttributes(attributes: OpNote['attributes']): Record<string, unknown> | undefined {
  const isPlain = (value: unknown): boolean =>
    typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
  const entries = Object.entries(attributes ?? {}).flatMap(([name, value]): [string, unknown][] => {
    if (isPlain(value)) return [[name, value]];
    if (!Array.isArray(value) || value.length > LONGEST_LIST) return [];
    const list = (value as readonly unknown[]).flat();
    return list.length > 0 && list.every(isPlain) ? [[name, value]] : [];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
