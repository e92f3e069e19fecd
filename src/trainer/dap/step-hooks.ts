/**
 * Follows a training step through its phases, layers and ops, from inside TensorFlow.js: where it is, and
 * the places to stand still at. Idle, that costs a look into shared memory an op. Knows no protocol; what is
 * asked of it and what it tells go through its host.
 */
import * as tf from '@tensorflow/tfjs';
import type { StepPhase } from '../../shared/protocol/training.js';
import { isAside } from '../runtime/aside.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { labelledWeights, layerLabels, type LabelledWeight } from '../runtime/layer-labels.js';
import type { StepTensors } from '../runtime/paused-training.js';
import { replaceMethod } from '../runtime/replace-method.js';
import type { ArmedBreakpoint } from './armed-breakpoint.js';
import type { ArmedPlaces } from './armed-places.js';
import { ForwardPass } from './forward-pass.js';
import { LayerGradients, type NamedLayer, type TapeNode } from './layer-gradients.js';
import { OpTrail, type TrailPlace } from './op-trail.js';
import { OpValues } from './op-values.js';
import { UpdateOwners } from './update-owners.js';

export interface OpPlace {
  readonly stands: 'op' | 'layer';
  /** Whether it is about to run or has just run. */
  readonly when: 'before' | 'after';
  readonly phase: StepPhase;
  /** Label of the layer. */
  readonly layerName?: string;
  readonly layer?: tf.layers.Layer;
  /** Name of the kernel. */
  readonly op?: string;
  readonly inputs: unknown;
  /** What it has made: of a gradient, by the weight's variable, or what goes on to the layer before. */
  readonly outputs?: unknown;
  readonly attributes?: unknown;
}

export interface StepHooksHost {
  /** Other than 0: somebody wants something, if only to be heard. */
  readonly attention: number;
  /** Takes what was said meanwhile. @returns what the step is to stop before */
  wish(): 'none' | 'op' | 'layer';
  /** Told before each op, and after it. */
  opBegins(name: string): void;
  /** `outer`: the op that it was part of. */
  opEnds(outer: string | undefined): void;
  /** A place that these breakpoints wait for, or that was wished for, is reached. Returns when training may go on. */
  reached(place: OpPlace, armed: readonly ArmedBreakpoint[], wished: boolean): void;
}

interface KernelParameters {
  /** Not there where a function of the library stands in for a kernel. */
  readonly kernelName?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly attrs?: unknown;
}

interface EngineInsides {
  runKernelFunc(parameters: KernelParameters): unknown;
  addTapeNode(
    name: unknown,
    inputs: unknown,
    outputs: unknown,
    gradient: unknown,
    saved: unknown,
    attributes: unknown,
  ): void;
  gradients(f: () => tf.Tensor, xs: readonly tf.Tensor[], ...rest: unknown[]): unknown;
  readonly state: { readonly activeTape: TapeNode[] | undefined };
}

type Labels = ReadonlyMap<tf.layers.Layer, string>;

const nothing: readonly ArmedBreakpoint[] = [];

export class StepHooks {
  private readonly applied: NamedLayer[] = [];
  private phaseNow: 'forward' | 'gradient' | 'optimizer' = 'forward';
  private opNow: string | undefined;
  private readonly trail = new OpTrail();
  /** Of the ops of the step under way. */
  readonly values = new OpValues();
  private readonly forward = new ForwardPass();
  private readonly backward: LayerGradients;
  /** While an update is followed. */
  private owners: UpdateOwners | undefined;
  private readonly watched = new WeakSet<object>();
  private readonly models = new Map<tf.LayersModel, Labels>();
  private gradientDepth = 0;
  /** Of the step under way, until they are disposed: keeping is for whoever needs them longer. */
  readonly outputs = new Map<tf.layers.Layer, tf.Tensor>();
  /** By the names of their variables. */
  readonly gradients = new Map<string, tf.Tensor>();
  private places: ArmedPlaces | undefined;
  private phaseBefore: StepPhase | undefined;
  /** Phase and layer, until they change. */
  private at: TrailPlace | undefined;
  ownWeights: readonly LabelledWeight[] = [];
  private knownWeights: readonly LabelledWeight[] | undefined;
  private readonly updates = new Map<tf.Optimizer | undefined, UpdateOwners>();
  /** Whether the step under way is followed: of one that nobody looks into, it is noticeable where that is quick. */
  private follows = true;

  /** For the rest of the process. */
  constructor(private readonly host: StepHooksHost) {
    this.backward = new LayerGradients(this.gradients, {
      moves: () => (this.at = undefined),
      begins: (layer, dys) => this.gradientOfLayer('before', layer, dys),
      ends: (layer, made) => this.gradientOfLayer('after', layer, made),
    });
    this.hookEngine(tf.engine() as unknown as EngineInsides);
  }

  /** From here on the steps know these layers, by their labels, and this optimizer. */
  watch(
    model: tf.LayersModel | undefined,
    optimizer: tf.Optimizer | undefined,
    labels: Labels = model ? layerLabels(model) : new Map(),
  ): void {
    for (const [layer, name] of labels) if (this.isNew(layer)) this.watchLayer({ layer, name });
    if (model) {
      this.models.set(model, labels);
      this.knownWeights = undefined;
      this.updates.clear();
      this.forward.watch(model, labels);
    }
    if (optimizer && this.isNew(optimizer)) this.watchOptimizer(optimizer);
  }

  /** Trained variables that are no model's: all that there are. */
  watchWeights(weights: readonly LabelledWeight[]): void {
    this.ownWeights = weights;
    this.knownWeights = undefined;
    this.updates.clear();
  }

  /** What runs from here to the step's end updates weights. */
  updatesByHand(): void {
    this.phaseNow = 'optimizer';
    this.at = undefined;
    this.followOwners(undefined);
  }

  /** Labels of all layers. */
  get layers(): readonly string[] {
    return [...this.models.values()].flatMap((labels) => [...labels.values()]);
  }

  /** Of all models, by their labels, and those that are no model's. */
  get weights(): readonly LabelledWeight[] {
    return (this.knownWeights ??= [
      ...[...this.models].flatMap(([model, labels]) => labelledWeights(model, labels)),
      ...this.ownWeights,
    ]);
  }

  /** A step begins, in which training can stand still only where it is followed. */
  begin(follows = true): void {
    this.follows = follows;
    this.at = undefined;
    this.phaseNow = 'forward';
    this.phaseBefore = undefined;
    this.applied.length = 0;
    this.trail.begin();
    this.values.begin();
    this.forward.begin();
    this.backward.begin();
    this.owners = undefined;
    this.outputs.clear();
    this.gradients.clear();
  }

  /** Whether the step under way, or the last one, is known by its ops. */
  get isFollowing(): boolean {
    return this.follows;
  }

  /** What is waited for from here on, where a step is under way that counts. */
  arm(places: ArmedPlaces | undefined): void {
    // In the middle of a phase its beginning is over.
    this.phaseBefore = places && this.opNow !== undefined ? this.phase : this.phaseBefore;
    this.places = places;
  }

  get phase(): StepPhase {
    return this.phaseNow === 'forward' && this.applied.length === 0 && this.forward.isOver ? 'loss' : this.phaseNow;
  }

  /** Phase, layers from the outermost, op: as far as there are any now. */
  get path(): string[] {
    if (!this.follows) return [];
    const here = this.here;
    const layers =
      this.phaseNow === 'forward' ? this.applied.map(({ name }) => name) : here === undefined ? [] : [here];
    return [this.phase, ...layers, ...(this.opNow === undefined ? [] : [this.opNow])];
  }

  /** Which of its kind in its layer and phase the op is that training stands at. */
  get occurrence(): number {
    return this.trail.occurrence(this.phase, this.here);
  }

  /** Ops of the step so far, in the order in which they began. */
  get ops(): readonly string[] {
    return this.trail.all;
  }

  /** Kinds of ops that the step has run so far. */
  get opKinds(): ReadonlySet<string> {
    return this.trail.kinds;
  }

  /** What there is in the middle of the step under way. */
  tensors(batch: Batch): StepTensors {
    return {
      batch,
      outputOf: (layer) => this.outputOf(layer),
      gradientOf: (variable) => this.gradientOf(variable),
    };
  }

  outputOf(layer: tf.layers.Layer): tf.Tensor | undefined {
    return this.outputs.get(layer);
  }

  gradientOf(variable: tf.Variable): tf.Tensor | undefined {
    return this.gradients.get(variable.name);
  }

  /** Label of the layer that training is in. */
  private get here(): string | undefined {
    if (this.phaseNow === 'forward') return this.applied.at(-1)?.name;
    return this.phaseNow === 'gradient' ? this.backward.layer?.name : this.owners?.layer;
  }

  private get layerHere(): tf.layers.Layer | undefined {
    return this.phaseNow === 'gradient' ? this.backward.layer?.layer : this.applied.at(-1)?.layer;
  }

  private isNew(target: object): boolean {
    if (this.watched.has(target)) return false;
    this.watched.add(target);
    return true;
  }

  private hookEngine(engine: EngineInsides): void {
    const { host } = this;
    const runKernelFunc = engine.runKernelFunc.bind(engine);
    engine.runKernelFunc = (parameters) => {
      const name = parameters.kernelName;
      // What a kernel runs inside itself is no op of the step; copies kept for the gradient are.
      if (name === undefined || (this.opNow !== undefined && name !== tf.Identity) || isAside()) {
        return runKernelFunc(parameters);
      }
      const outer = this.opNow;
      this.opNow = name;
      host.opBegins(name);
      try {
        if (!this.follows) return runKernelFunc(parameters);
        if (this.owners) {
          this.owners.enter(parameters.inputs);
          this.at = undefined;
        }
        const at = this.trail.note(name, (this.at ??= { phase: this.phase, layer: this.here }));
        const { places } = this;
        if (host.attention !== 0 || places?.phases || places?.ops?.has(name)) this.beforeOp(name, parameters);
        const result = runKernelFunc(parameters);
        this.owners?.leave(result);
        if (this.backward.follows) this.backward.added(name, parameters.inputs, result);
        this.values.ran(at, name, result);
        if (this.places?.opsDone) this.afterOp(name, parameters, result);
        return result;
      } finally {
        this.opNow = outer;
        host.opEnds(outer);
      }
    };
    const addTapeNode = engine.addTapeNode.bind(engine);
    engine.addTapeNode = (name, inputs, outputs, gradient, saved, attributes) => {
      addTapeNode(name, inputs, outputs, gradient, saved, attributes);
      if (!this.follows || isAside()) return;
      const tape = engine.state.activeTape;
      if (tape) this.backward.follow(tape, this.applied.at(-1));
    };
    const gradients = engine.gradients.bind(engine);
    engine.gradients = (f, xs, ...rest) => {
      if (!this.follows || isAside() || this.gradientDepth > 0) return gradients(f, xs, ...rest);
      this.gradientDepth++;
      // Another gradient may have been taken in this step.
      this.phaseNow = 'forward';
      this.owners = undefined;
      this.at = undefined;
      try {
        const result = gradients(
          () => {
            const y = f();
            this.beginBackward(engine.state.activeTape ?? [], xs, y);
            return y;
          },
          xs,
          ...rest,
        );
        this.backward.end();
        return result;
      } finally {
        this.at = undefined;
        this.gradientDepth--;
        this.forward.begin();
      }
    };
  }

  private beginBackward(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor): void {
    this.forward.ends();
    this.phaseNow = 'gradient';
    this.at = undefined;
    // Breakpoints may be set, and steps asked for, at stops in the middle: then it is too late to begin.
    this.backward.beginBackward(tape, xs, y, this.places?.followsGradients === true || this.host.attention !== 0);
  }

  private beforeOp(op: string, parameters: KernelParameters): void {
    const wished = this.host.attention !== 0 && this.host.wish() === 'op';
    const { places } = this;
    let armed = nothing;
    if (places?.phases) {
      const { phase } = this;
      if (phase !== this.phaseBefore) armed = places.phases[phase] ?? nothing;
      this.phaseBefore = phase;
    }
    const ops = places?.ops?.get(op);
    if (ops) armed = [...armed, ...this.those(ops)];
    if (wished || armed.length > 0) this.host.reached(this.opPlace('before', op, parameters), armed, wished);
  }

  private afterOp(op: string, parameters: KernelParameters, result: unknown): void {
    const ops = this.places?.opsDone?.get(op);
    const armed = ops ? this.those(ops) : nothing;
    if (armed.length > 0) this.host.reached(this.opPlace('after', op, parameters, result), armed, false);
  }

  /** Those that mean this very op. */
  private those(armed: readonly ArmedBreakpoint[]): readonly ArmedBreakpoint[] {
    return armed.filter(({ at }) => {
      if (at.kind !== 'op') return false;
      if (at.phase !== undefined && at.phase !== this.phase) return false;
      if (at.layer !== undefined && at.layer !== this.here) return false;
      return at.occurrence === undefined || at.occurrence === this.trail.occurrence(at.phase, at.layer);
    });
  }

  private opPlace(when: OpPlace['when'], op: string, { inputs, attrs }: KernelParameters, outputs?: unknown): OpPlace {
    const layer = this.layerHere;
    return {
      stands: 'op',
      when,
      phase: this.phase,
      op,
      layer,
      layerName: this.here,
      inputs,
      outputs,
      attributes: attrs,
    };
  }

  private gradientOfLayer(when: OpPlace['when'], { layer, name }: NamedLayer, tensors: unknown): void {
    const arms = this.places?.layer(name);
    const wished = when === 'before' && this.host.attention !== 0 && this.host.wish() === 'layer';
    const armed = (when === 'before' ? arms?.gradientBefore : arms?.gradientAfter) ?? nothing;
    if (!wished && armed.length === 0) return;
    const given = when === 'before' ? { inputs: tensors } : { inputs: undefined, outputs: tensors };
    this.host.reached({ stands: 'layer', when, phase: 'gradient', layer, layerName: name, ...given }, armed, wished);
  }

  private watchLayer(at: NamedLayer): void {
    const { layer, name } = at;
    const call = layer.call.bind(layer);
    replaceMethod(layer, 'call', (inputs, kwargs) => {
      const first = Array.isArray(inputs) ? inputs[0] : inputs;
      // Building a model passes symbols instead of values.
      if (!this.follows || !(first instanceof tf.Tensor) || isAside()) return call(inputs, kwargs);
      if (this.gradientDepth === 0 && this.applied.length === 0) this.phaseNow = 'forward';
      this.applied.push(at);
      this.at = undefined;
      const place = { stands: 'layer', phase: 'forward', layer, layerName: name, inputs } as const;
      try {
        const wished = this.host.attention !== 0 && this.host.wish() === 'layer';
        const before = this.places?.layer(name)?.before ?? nothing;
        if (wished || before.length > 0) this.host.reached({ ...place, when: 'before' }, before, wished);
        const outputs = call(inputs, kwargs);
        const only = Array.isArray(outputs) ? outputs[0] : outputs;
        if (only instanceof tf.Tensor) this.outputs.set(layer, only);
        const after = this.places?.layer(name)?.after ?? nothing;
        if (after.length > 0) this.host.reached({ ...place, when: 'after', outputs }, after, false);
        return outputs;
      } finally {
        this.applied.pop();
        this.at = undefined;
        if (this.applied.length === 0) this.forward.applied(layer);
      }
    });
  }

  /** From here on ops belong to layers by the weights that they update. */
  private followOwners(optimizer: tf.Optimizer | undefined): void {
    if (!this.places?.followsUpdates && this.host.attention === 0) return;
    this.owners = this.updates.get(optimizer) ?? new UpdateOwners(this.weights, optimizer);
    this.updates.set(optimizer, this.owners);
    this.owners.begin(this.gradients);
  }

  private watchOptimizer(optimizer: tf.Optimizer): void {
    const applyGradients = optimizer.applyGradients.bind(optimizer);
    replaceMethod(optimizer, 'applyGradients', (gradients) => {
      if (!this.follows || isAside()) {
        applyGradients(gradients);
        return;
      }
      this.phaseNow = 'optimizer';
      this.at = undefined;
      const named = Array.isArray(gradients)
        ? gradients
        : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
      for (const { name, tensor } of named) if (tensor instanceof tf.Tensor) this.gradients.set(name, tensor);
      this.followOwners(optimizer);
      try {
        applyGradients(gradients);
      } finally {
        this.owners = undefined;
        this.phaseNow = 'forward';
        this.at = undefined;
        this.forward.begin();
      }
    });
  }
}
