/**
 * Records the ops of one training step from inside TensorFlow.js: each kernel with what it reads, its
 * layer, phase and forward partner. Hooks are in place only while a step is recorded, run no kernel
 * and keep no tensor, so the step computes what it would have computed. Knows no experiment and no file.
 */
import * as tf from '@tensorflow/tfjs';
import type { GraphPhase } from '../../shared/graph/op-graph.js';
import type { ValueNumbers } from '../../shared/graph/op-statistics.js';
import { holdStack, type HeldStack, type SourcePlace } from '../loader/stack-frames.js';
import { doAside, isAside } from '../runtime/aside.js';
import { valueNumbersOf } from '../tensors/value-numbers.js';
import { callsOnlyLibrary, isOfLibrary, libraryOptimizers } from '../runtime/librarys-own.js';
import { replaceMethod } from '../runtime/replace-method.js';
import { OpDevices } from './op-device.js';
import { readNotes } from './read-notes.js';
import type { RecordedStep } from './recorded-node.js';
import type { KernelInputs, LayerNote, OpNote, PartnerNote, PlaceNote, StepNote, StepNotes } from './step-notes.js';

export interface StepFacts {
  /** Of the model's layers, as the person knows them. */
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly optimizer: tf.Optimizer;
  /** By the variable's own name. */
  readonly variables: ReadonlyMap<string, { readonly name: string; readonly layer?: string }>;
  /** What is fed into the step, by name. */
  readonly inputs: readonly { readonly name: string; readonly tensor: tf.Tensor }[];
  placeOfLayer(layer: tf.layers.Layer): SourcePlace | undefined;
  /**
   * Whether code of the person's can run outside of the layers, such as a step or a loss of their own: only then their
   * lines are looked for there, which takes longer than all else.
   */
  readonly runsOwnCode: boolean;
  /** Whether the values of all outputs are measured, in time of its own that no op's `ms` counts. */
  readonly measures?: boolean;
}

interface KernelParameters {
  /** Not there where a function with a gradient of its own stands in for a kernel. */
  readonly kernelName?: string;
  readonly inputs: KernelInputs;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

interface TapeNode {
  readonly outputs: readonly tf.Tensor[];
  gradient?: (dys: unknown) => Record<string, () => unknown>;
}

type Result = tf.Tensor | tf.Tensor[];

/** Parts of TensorFlow.js's engine that its typings hide. */
interface Engine {
  runKernelFunc(parameters: KernelParameters): Result;
  getTensorsForGradient(kernelName: string, inputs: object, outputs: readonly tf.Tensor[]): unknown;
  makeTensor(values: ArrayLike<unknown>, ...rest: unknown[]): tf.Tensor;
  addTapeNode(...parts: unknown[]): void;
  gradients(f: () => tf.Tensor, ...rest: unknown[]): unknown;
  readonly state: { readonly activeTape: readonly TapeNode[] | undefined };
}

/** Runs `step` and gives back what it did, beside its result. One at a time in a process. */
export async function recordStep<T>(
  facts: StepFacts,
  step: () => T | Promise<T>,
): Promise<{ readonly recorded: RecordedStep; readonly result: T }> {
  const recorder = new StepRecorder(facts);
  let result: T;
  try {
    result = await step();
  } finally {
    recorder.dispose();
  }
  return { recorded: readNotes(facts, recorder.taken), result };
}

class StepRecorder {
  private readonly notes: StepNote[] = [];
  private readonly losses: tf.Tensor[] = [];
  private readonly numbers = new Map<number, ValueNumbers | undefined>();
  private readonly phases: GraphPhase[] = ['forward'];
  /** The innermost kernel that runs. */
  private running: OpNote | undefined;
  private layer: LayerNote | undefined;
  private partner: PartnerNote | undefined;
  /** An update of the library's own under way. */
  private update: PlaceNote | undefined;
  private appliedAny = false;
  private readonly undo: (() => void)[] = [];
  private readonly devices = new OpDevices();
  private readonly measures: boolean;
  /** Taken by measuring so far. */
  private measuredMs = 0;

  constructor(private readonly facts: StepFacts) {
    this.measures = facts.measures === true;
    if (this.measures) for (const { tensor } of facts.inputs) this.measure(tensor);
    this.hookEngine(tf.engine() as unknown as Engine);
    this.hookVariables();
    for (const [layer, label] of facts.labels) this.hookLayer(layer, label);
    for (const target of optimizersOf(facts.optimizer)) this.hookOptimizer(target);
  }

  get taken(): StepNotes {
    const { notes, losses, numbers } = this;
    return { notes, losses, numbers };
  }

  dispose(): void {
    for (const undo of this.undo.splice(0).reverse()) undo();
  }

  private get phase(): GraphPhase {
    const phase = this.phases[this.phases.length - 1]!;
    // The loss is what comes after the layers; metrics are told from it once all is known.
    return phase === 'forward' && this.appliedAny && this.layer === undefined ? 'loss' : phase;
  }

  /** The stack, where a line of the person's may be running. */
  private get stack(): HeldStack | undefined {
    const { layer } = this;
    return (layer ? layer.isLibrarys : !this.facts.runsOwnCode) ? undefined : holdStack();
  }

  private hookEngine(engine: Engine): void {
    const { runKernelFunc, getTensorsForGradient, makeTensor, addTapeNode, gradients } = engine;
    const run = (parameters: KernelParameters): Result => runKernelFunc.call(engine, parameters);
    this.replace(engine, 'runKernelFunc', (parameters) => {
      const { kernelName } = parameters;
      return kernelName === undefined || this.isHidden ? run(parameters) : this.runKernel(kernelName, parameters, run);
    });
    this.replace(engine, 'getTensorsForGradient', (kernelName, inputs, outputs) => {
      if (this.running && !isAside()) this.running.isKeeping = true;
      return getTensorsForGradient.call(engine, kernelName, inputs, outputs);
    });
    this.replace(engine, 'makeTensor', (values, ...rest) => {
      const tensor = makeTensor.call(engine, values, ...rest);
      if (!this.isHidden) this.noteConstant(tensor, values[0]);
      return tensor;
    });
    this.replace(engine, 'addTapeNode', (...parts) => {
      addTapeNode.call(engine, ...parts);
      const tape = engine.state.activeTape;
      if (tape && tape.length > 0 && !isAside()) this.followGradient(tape[tape.length - 1]!);
    });
    this.replace(engine, 'gradients', (f, ...rest) => this.takeGradients(f, (g) => gradients.call(engine, g, ...rest)));
  }

  /** Whether what runs now is no op of the step: beside the training, or inside a kernel. */
  private get isHidden(): boolean {
    return (this.running !== undefined && !this.running.isKeeping) || isAside();
  }

  private runKernel(op: string, parameters: KernelParameters, run: (parameters: KernelParameters) => Result): Result {
    const { layer, partner, update, running, devices } = this;
    if (this.measures) this.measureInputs(parameters.inputs);
    const note: OpNote = {
      kind: 'op',
      op,
      inputs: parameters.inputs,
      attributes: parameters.attrs,
      layer,
      phase: this.phase,
      partner,
      update,
      stack: partner || update ? undefined : this.stack,
      result: undefined,
      ms: 0,
      device: undefined,
      isKeeping: false,
    };
    this.notes.push(note);
    this.running = note;
    const measuredBefore = this.measuredMs;
    const before = devices.begin();
    const began = performance.now();
    let result: Result;
    try {
      result = run(parameters);
    } finally {
      this.running = running;
    }
    note.result = result;
    note.ms = performance.now() - began - (this.measuredMs - measuredBefore);
    note.device = devices.of(before, result);
    if (this.measures) for (const tensor of [result].flat()) this.measure(tensor);
    return result;
  }

  private noteConstant(tensor: tf.Tensor, first: unknown): void {
    if (this.measures) this.measure(tensor);
    const value = typeof first === 'number' && tensor.size === 1 ? first : undefined;
    this.notes.push({ kind: 'constant', tensor, value, layer: this.layer, phase: this.phase });
  }

  private measureInputs(inputs: KernelInputs): void {
    for (const tensor of Object.values(inputs).flat()) if (tensor instanceof tf.Tensor) this.measure(tensor);
  }

  /** When it is seen first: a variable's values change, and those of others go. */
  private measure(tensor: tf.Tensor): void {
    if (!this.numbers.has(tensor.id)) this.numbers.set(tensor.id, this.numbersNow(tensor));
  }

  private numbersNow(tensor: tf.Tensor): ValueNumbers | undefined {
    const began = performance.now();
    const numbers = doAside(() => valueNumbersOf(tensor));
    this.measuredMs += performance.now() - began;
    return numbers;
  }

  /** Ops of this node's gradient, whenever they run, belong to its layer and to the op itself. */
  private followGradient(tapeNode: TapeNode): void {
    const { gradient } = tapeNode;
    if (!gradient) return;
    const partner: PartnerNote = { output: tapeNode.outputs[0], layer: this.layer };
    tapeNode.gradient = (dys) => {
      // Made for this one use.
      const parts = this.within(partner, () => gradient(dys));
      for (const name of Object.keys(parts)) {
        const part = parts[name]!;
        parts[name] = () => this.within(partner, part);
      }
      return parts;
    };
  }

  private within<T>(partner: PartnerNote, work: () => T): T {
    const { layer, partner: outer } = this;
    this.layer = partner.layer;
    this.partner = partner;
    try {
      return work();
    } finally {
      this.layer = layer;
      this.partner = outer;
    }
  }

  private takeGradients<R>(f: () => tf.Tensor, take: (f: () => tf.Tensor) => R): R {
    if (isAside()) return take(f);
    const level = this.phases.length;
    try {
      return take(() => {
        this.phases.push('forward');
        const loss = f();
        if (loss instanceof tf.Tensor) this.losses.push(loss);
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
      const { measures, layer, phase } = this;
      if (measures) this.measureInputs({ variable, value });
      const dataBefore = variable.dataId;
      assign.call(variable, value);
      const numbers = measures ? this.numbersNow(variable) : undefined;
      this.notes.push({
        kind: 'assign',
        variable,
        value,
        dataBefore,
        dataAfter: variable.dataId,
        numbers,
        layer,
        phase,
      });
    };
    this.replace(prototype, 'assign', function (this: tf.Variable, value) {
      assigned(this, value);
    });
  }

  /** The executor's calls and a nested model's direct ones both come through the instance's `call`. */
  private hookLayer(layer: tf.layers.Layer, label: string): void {
    const isLibrarys = callsOnlyLibrary(layer);
    const place = this.facts.placeOfLayer(layer);
    const call = layer.call.bind(layer);
    this.replace(layer, 'call', (inputs, kwargs) => {
      const first = Array.isArray(inputs) ? inputs[0] : inputs;
      if (!(first instanceof tf.Tensor) || isAside()) return call(inputs, kwargs);
      const outer = this.layer;
      this.layer = { label, place, isLibrarys, calledAt: isLibrarys ? undefined : holdStack() };
      this.appliedAny = true;
      try {
        return call(inputs, kwargs);
      } finally {
        this.layer = outer;
      }
    });
  }

  private hookOptimizer(target: Pick<tf.Optimizer, 'applyGradients'>): void {
    const { applyGradients } = target;
    const updating = (optimizer: object, update: () => void): void => {
      const outer = this.update;
      if (isOfLibrary(optimizer)) this.update ??= { layer: this.layer, stack: this.stack };
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

  private replace<T extends object, K extends keyof T>(target: T, name: K, method: T[K]): void {
    this.undo.push(replaceMethod(target, name, method));
  }
}

/** The run's optimizer, and the library's classes for those that the person's own step makes. */
function optimizersOf(optimizer: tf.Optimizer): Pick<tf.Optimizer, 'applyGradients'>[] {
  const prototypes = libraryOptimizers
    .map(({ prototype }) => prototype)
    .filter((prototype) => Object.hasOwn(prototype, 'applyGradients'));
  return prototypes.some((prototype) => Object.prototype.isPrototypeOf.call(prototype, optimizer))
    ? prototypes
    : [...prototypes, optimizer];
}
