/**
 * Records the ops of one training step from inside TensorFlow.js: each kernel with what it reads, its
 * layer, phase and forward partner. Hooks are in place only while a step is recorded, run no kernel
 * and keep no tensor, so the step computes what it would have computed. Knows no experiment and no file.
 */
import * as tf from '@tensorflow/tfjs';
import type { GraphPhase, OpNode } from '../../shared/graph/op-graph.js';
import { personsPlaceNow, type SourcePlace } from '../loader/stack-frames.js';
import { doAside, isAside } from '../runtime/aside.js';
import { valueNumbersOf } from '../tensors/value-numbers.js';
import { OpDevices } from './op-device.js';
import type { RecordedInput, RecordedNode, RecordedStep } from './recorded-node.js';

export interface StepFacts {
  /** Of the model's layers, as the person knows them. */
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly optimizer: tf.Optimizer;
  /** By the variable's own name. */
  readonly variables: ReadonlyMap<string, { readonly name: string; readonly layer?: string }>;
  /** What is fed into the step, by name. */
  readonly inputs: readonly { readonly name: string; readonly tensor: tf.Tensor }[];
  placeOfLayer(layer: tf.layers.Layer): SourcePlace | undefined;
  /** Whether the values of all outputs are measured, in time of its own that no op's `ms` counts. */
  readonly measures?: boolean;
}

interface KernelParameters {
  /** Not there where a function with a gradient of its own stands in for a kernel. */
  readonly kernelName?: string;
  readonly inputs: Readonly<Record<string, tf.Tensor | readonly tf.Tensor[] | null | undefined>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

interface TapeNode {
  readonly outputs: readonly tf.Tensor[];
  gradient?: (dys: unknown) => Record<string, () => unknown>;
}

/** Parts of TensorFlow.js's engine that its typings hide. */
interface Engine {
  runKernelFunc(parameters: KernelParameters): tf.Tensor | tf.Tensor[];
  getTensorsForGradient(kernelName: string, inputs: object, outputs: readonly tf.Tensor[]): unknown;
  makeTensor(values: ArrayLike<unknown>, ...rest: unknown[]): tf.Tensor;
  addTapeNode(...parts: unknown[]): void;
  gradients(f: () => tf.Tensor, ...rest: unknown[]): unknown;
  readonly state: { readonly activeTape: readonly TapeNode[] | undefined };
}

/** A kernel that runs: what it runs inside itself is no op of the graph; what is kept of it for its gradient is. */
interface Frame {
  readonly node: RecordedNode;
  keeping: boolean;
}

interface Source {
  readonly node: RecordedNode;
  readonly slot: number;
}

interface LayerFrame {
  readonly label: string;
  readonly place: SourcePlace | undefined;
  /** Then it calls nothing of the person's. */
  readonly isLibrarys: boolean;
  /** How many lines of the person's stand on the stack where the layer is entered. */
  readonly depth: number;
}

/** Runs `step` and gives back what it did, beside its result. One at a time in a process. */
export async function recordStep<T>(
  facts: StepFacts,
  step: () => T | Promise<T>,
): Promise<{ readonly recorded: RecordedStep; readonly result: T }> {
  const recorder = new StepRecorder(facts);
  try {
    const result = await step();
    return { recorded: recorder.recorded, result };
  } finally {
    recorder.dispose();
  }
}

/** Before anything of the person's is loaded: theirs may register classes, too. */
const libraryClasses: ReadonlySet<unknown> = new Set([
  ...Object.values(tf.serialization.SerializationMap.getMap().classNameMap).map(([librarys]) => librarys),
  ...libraryOptimizers(),
]);

function callsOnlyTheLibrary(layer: tf.layers.Layer): boolean {
  const { activation } = layer as { readonly activation?: object };
  // Of what is wrapped, the class says nothing.
  if (!libraryClasses.has(layer.constructor) || 'cell' in layer || 'layer' in layer) return false;
  return activation === undefined || activation === null || libraryClasses.has(activation.constructor);
}

class StepRecorder {
  private readonly nodes: RecordedNode[] = [];
  private readonly losses: RecordedNode[] = [];
  private readonly sources = new Map<number, Source>();
  private readonly frames: Frame[] = [];
  private readonly layers: LayerFrame[] = [];
  private readonly phases: GraphPhase[] = ['forward'];
  private readonly partners: { readonly node: RecordedNode | undefined; readonly place: SourcePlace | undefined }[] =
    [];
  private appliedAny = false;
  /** An update of the library's own under way, and where it was asked for. */
  private update: { readonly place: SourcePlace | undefined } | undefined;
  private readonly undo: (() => void)[] = [];
  private readonly placeOfLabel = new Map<string, SourcePlace | undefined>();
  private readonly devices = new OpDevices();
  /** Taken by measuring so far. */
  private measuredMs = 0;

  constructor(private readonly facts: StepFacts) {
    for (const { name, tensor } of facts.inputs) {
      const node = this.add({ op: 'Placeholder', kind: 'input', name, inputs: [], outputs: [this.outputOf(tensor)] });
      this.sources.set(tensor.id, { node, slot: 0 });
    }
    this.hookEngine(tf.engine() as unknown as Engine);
    this.hookVariables();
    for (const [layer, label] of facts.labels) {
      this.placeOfLabel.set(label, facts.placeOfLayer(layer));
      this.hookLayer(layer, label);
    }
    for (const target of optimizersOf(facts.optimizer)) this.hookOptimizer(target);
  }

  get recorded(): RecordedStep {
    return { nodes: this.nodes, losses: this.losses };
  }

  dispose(): void {
    for (const undo of this.undo.splice(0).reverse()) undo();
  }

  private add(node: Omit<RecordedNode, 'phase' | 'layer'> & { readonly layer?: string }): RecordedNode {
    const added: RecordedNode = { ...node, layer: node.layer ?? this.layers.at(-1)?.label, phase: this.phase };
    this.nodes.push(added);
    return added;
  }

  private get phase(): GraphPhase {
    const phase = this.phases.at(-1)!;
    // The loss is what comes after the layers; metrics are told from it once all is known.
    return phase === 'forward' && this.appliedAny && this.layers.length === 0 ? 'loss' : phase;
  }

  private hookEngine(engine: Engine): void {
    const { runKernelFunc, getTensorsForGradient, makeTensor, addTapeNode, gradients } = engine;
    this.replace(engine, 'runKernelFunc', (parameters) =>
      parameters.kernelName === undefined || this.isHidden
        ? runKernelFunc.call(engine, parameters)
        : this.runKernel(parameters.kernelName, parameters, () => runKernelFunc.call(engine, parameters)),
    );
    this.replace(engine, 'getTensorsForGradient', (kernelName, inputs, outputs) => {
      const frame = this.frames.at(-1);
      if (frame && !isAside()) {
        frame.keeping = true;
        this.setOutputs(frame.node, outputs);
      }
      return getTensorsForGradient.call(engine, kernelName, inputs, outputs);
    });
    this.replace(engine, 'makeTensor', (values, ...rest) => {
      const tensor = makeTensor.call(engine, values, ...rest);
      if (!this.isHidden) this.addConstant(tensor, values);
      return tensor;
    });
    this.replace(engine, 'addTapeNode', (...parts) => {
      addTapeNode.call(engine, ...parts);
      const node = engine.state.activeTape?.at(-1);
      if (node && !isAside()) this.followGradient(node);
    });
    this.replace(engine, 'gradients', (f, ...rest) => this.takeGradients(f, (g) => gradients.call(engine, g, ...rest)));
  }

  /** Whether what runs now is no op of the step: beside the training, or inside a kernel. */
  private get isHidden(): boolean {
    const frame = this.frames.at(-1);
    return (frame !== undefined && !frame.keeping) || isAside();
  }

  private runKernel(
    op: string,
    { inputs, attrs }: KernelParameters,
    run: () => tf.Tensor | tf.Tensor[],
  ): tf.Tensor | tf.Tensor[] {
    const given = tensorsIn(inputs);
    const partner = this.partners.at(-1);
    const node = this.add({
      op,
      kind: 'op',
      inputs: given.map(({ name, tensor }) => this.inputOf(name, tensor)),
      attributes: plainAttributes(attrs),
      forward: partner?.node,
      place: partner ? partner.place : this.placeNow(),
      outputs: [],
    });
    const frame: Frame = { node, keeping: false };
    this.frames.push(frame);
    const measuredBefore = this.measuredMs;
    const device = this.devices.begin();
    const began = performance.now();
    let result: tf.Tensor | tf.Tensor[];
    try {
      result = run();
    } finally {
      this.frames.pop();
    }
    node.ms = performance.now() - began - (this.measuredMs - measuredBefore);
    const data = new Set(given.map(({ tensor }) => tensor.dataId));
    const outputs = Array.isArray(result) ? result : [result];
    this.setOutputs(node, outputs);
    node.outputs = outputs.map((tensor) => this.outputOf(tensor, data.has(tensor.dataId)));
    node.device = this.devices.of(device, outputs);
    return result;
  }

  private setOutputs(node: RecordedNode, outputs: readonly tf.Tensor[]): void {
    outputs.forEach((tensor, slot) => this.sources.set(tensor.id, { node, slot }));
  }

  private inputOf(name: string, tensor: tf.Tensor): RecordedInput {
    let source = this.sources.get(tensor.id);
    if (!source) {
      source = { node: tensor instanceof tf.Variable ? this.addVariable(tensor) : this.addConstant(tensor), slot: 0 };
      this.sources.set(tensor.id, source);
    }
    return { name, from: source.node, slot: source.slot };
  }

  private outputOf(tensor: tf.Tensor, isAlias = false): OpNode['outputs'][number] {
    const output = outputOf(tensor, isAlias);
    if (!this.facts.measures) return output;
    const began = performance.now();
    const values = doAside(() => valueNumbersOf(tensor));
    this.measuredMs += performance.now() - began;
    return values ? { ...output, values } : output;
  }

  private addVariable(variable: tf.Variable): RecordedNode {
    const known = this.facts.variables.get(variable.name);
    return this.add({
      op: 'Variable',
      kind: 'variable',
      name: known?.name ?? variable.name,
      layer: known?.layer,
      place: known?.layer === undefined ? undefined : this.placeOfLabel.get(known.layer),
      inputs: [],
      outputs: [this.outputOf(variable)],
    });
  }

  private addConstant(tensor: tf.Tensor, values?: ArrayLike<unknown>): RecordedNode {
    const value = values?.[0];
    const node = this.add({
      op: 'Const',
      kind: 'constant',
      inputs: [],
      outputs: [this.outputOf(tensor)],
      ...(tensor.size === 1 && typeof value === 'number' ? { value } : {}),
    });
    this.sources.set(tensor.id, { node, slot: 0 });
    return node;
  }

  /** Ops of this node's gradient, whenever they run, belong to its layer and to the op itself. */
  private followGradient(tapeNode: TapeNode): void {
    const { gradient } = tapeNode;
    if (!gradient) return;
    const first = tapeNode.outputs[0];
    const node = first && this.sources.get(first.id)?.node;
    const layer = this.layers.at(-1);
    const partner = { node, place: node?.place ?? this.placeNow() };
    const within = <T>(work: () => T): T => {
      const held = this.layers.splice(0, this.layers.length, ...(layer ? [layer] : []));
      this.partners.push(partner);
      try {
        return work();
      } finally {
        this.partners.pop();
        this.layers.splice(0, this.layers.length, ...held);
      }
    };
    tapeNode.gradient = (dys) => {
      const parts = within(() => gradient(dys));
      return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, () => within(part)]));
    };
  }

  private takeGradients<R>(f: () => tf.Tensor, take: (f: () => tf.Tensor) => R): R {
    if (isAside()) return take(f);
    const level = this.phases.length;
    try {
      return take(() => {
        this.phases.push('forward');
        const loss = f();
        const source = loss instanceof tf.Tensor ? this.sources.get(loss.id) : undefined;
        if (source) this.losses.push(source.node);
        this.phases[this.phases.length - 1] = 'gradient';
        return loss;
      });
    } finally {
      this.phases.length = level;
    }
  }

  private hookVariables(): void {
    const prototype = tf.Variable.prototype;
    // Called with its own `this` below.
    const assign = prototype.assign;
    const assigned = (variable: tf.Variable, value: tf.Tensor): void => {
      if (this.isHidden) return assign.call(variable, value);
      const inputs = [this.inputOf('ref', variable), this.inputOf('value', value)];
      assign.call(variable, value);
      const known = this.facts.variables.get(variable.name);
      const node = this.add({
        op: 'Assign',
        kind: 'assign',
        name: known?.name ?? variable.name,
        layer: known?.layer,
        inputs,
        outputs: [this.outputOf(variable, true)],
      });
      this.sources.set(variable.id, { node, slot: 0 });
    };
    this.replace(prototype, 'assign', function (this: tf.Variable, value) {
      assigned(this, value);
    });
  }

  /** The executor's calls and a nested model's direct ones both come through the instance's `call`. */
  private hookLayer(layer: tf.layers.Layer, label: string): void {
    const call = layer.call.bind(layer);
    const place = this.placeOfLabel.get(label);
    const isLibrarys = callsOnlyTheLibrary(layer);
    this.replace(layer, 'call', (inputs, kwargs) => {
      const first = Array.isArray(inputs) ? inputs[0] : inputs;
      if (!(first instanceof tf.Tensor) || isAside()) return call(inputs, kwargs);
      this.layers.push({ label, place, isLibrarys, depth: isLibrarys ? 0 : personsPlaceNow().depth });
      this.appliedAny = true;
      try {
        return call(inputs, kwargs);
      } finally {
        this.layers.pop();
      }
    });
  }

  private hookOptimizer(target: Pick<tf.Optimizer, 'applyGradients'>): void {
    const { applyGradients } = target;
    const updating = (optimizer: object, update: () => void): void => {
      const outer = this.update;
      if (libraryClasses.has(optimizer.constructor)) this.update ??= { place: this.placeNow() };
      this.phases.push('optimizer');
      try {
        update();
      } finally {
        this.update = outer;
        this.phases.pop();
        // What comes after an update is another forward pass, where there is one.
        this.appliedAny = false;
      }
    };
    this.replace(target, 'applyGradients', function (this: tf.Optimizer, gradients) {
      updating(this, () => applyGradients.call(this, gradients));
    });
  }

  /**
   * The layer's line; inside a layer, loss or step of the person's own, the very line. To look for it takes
   * ten times as long as all else, so it is not looked for within what calls nothing of theirs.
   */
  private placeNow(): SourcePlace | undefined {
    if (this.update) return this.update.place;
    const layer = this.layers.at(-1);
    if (layer && (layer.isLibrarys || (layer.depth === 0 && layer.place === undefined))) return layer.place;
    const { place, depth } = personsPlaceNow();
    return depth > (layer?.depth ?? 0) ? place : layer?.place;
  }

  /** In a way that can be undone; not enumerable, for whoever walks an optimizer's properties looks for its state. */
  private replace<T extends object, K extends keyof T>(target: T, name: K, method: T[K]): void {
    const own = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value: method, configurable: true, writable: true, enumerable: false });
    this.undo.push(() => {
      if (own) Object.defineProperty(target, name, own);
      else Reflect.deleteProperty(target, name);
    });
  }
}

function libraryOptimizers(): readonly { readonly prototype: tf.Optimizer }[] {
  return [
    tf.SGDOptimizer,
    tf.MomentumOptimizer,
    tf.AdagradOptimizer,
    tf.AdadeltaOptimizer,
    tf.AdamOptimizer,
    tf.AdamaxOptimizer,
    tf.RMSPropOptimizer,
  ] as readonly { readonly prototype: tf.Optimizer }[];
}

/** The run's optimizer, and the library's classes for those that the person's own step makes. */
function optimizersOf(optimizer: tf.Optimizer): Pick<tf.Optimizer, 'applyGradients'>[] {
  const prototypes = libraryOptimizers()
    .map(({ prototype }) => prototype)
    .filter((prototype) => Object.hasOwn(prototype, 'applyGradients'));
  return prototypes.some((prototype) => Object.prototype.isPrototypeOf.call(prototype, optimizer))
    ? prototypes
    : [...prototypes, optimizer];
}

function tensorsIn(inputs: KernelParameters['inputs']): { readonly name: string; readonly tensor: tf.Tensor }[] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    if (value instanceof tf.Tensor) return [{ name, tensor: value }];
    if (!Array.isArray(value)) return [];
    return (value as readonly tf.Tensor[]).map((tensor, index) => ({ name: `${name}_${index}`, tensor }));
  });
}

function outputOf({ shape, dtype }: tf.Tensor, isAlias: boolean): OpNode['outputs'][number] {
  return { shape: [...shape], dtype, ...(isAlias ? { alias: true } : {}) };
}

const LONGEST_LIST = 64;

/** What JSON can hold of them: numbers, texts, and short lists of these. */
function plainAttributes(attributes: KernelParameters['attrs']): Record<string, unknown> | undefined {
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
