/**
 * Follows a training step through its layers and ops, from inside TensorFlow.js: where it is, and the
 * place to stand still before the next op or layer. Idle, that costs a look into shared memory an op.
 * Knows no protocol; what is asked of it and what it tells go through its host.
 */
import * as tf from '@tensorflow/tfjs';
import { isAside } from '../runtime/aside.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { layerLabels } from '../runtime/layer-labels.js';
import type { StepTensors } from '../runtime/paused-training.js';

export type StepPhase = 'forward' | 'loss' | 'gradient' | 'optimizer';

export interface OpPlace {
  readonly stands: 'op' | 'layer';
  /** Label of the layer. */
  readonly layerName?: string;
  readonly layer?: tf.layers.Layer;
  /** Name of the kernel. */
  readonly op?: string;
  readonly inputs: unknown;
  readonly attributes?: unknown;
}

export interface StepHooksHost {
  /** What the step is to stop before. */
  readonly wish: 'none' | 'op' | 'layer';
  /** Told before each op and after it. */
  opBegins(name: string): void;
  opEnds(): void;
  /** Returns when training may go on. */
  stopAt(place: OpPlace): void;
}

interface KernelParameters {
  /** Not there where a function of the library stands in for a kernel. */
  readonly kernelName?: string;
  readonly inputs: unknown;
  readonly attrs?: unknown;
}

interface TapeNode {
  gradient?: (dys: unknown) => unknown;
}

interface EngineInsides {
  runKernelFunc(parameters: KernelParameters): unknown;
  addTapeNode(...parts: unknown[]): void;
  readonly state: { readonly activeTape: TapeNode[] | undefined };
}

interface NamedLayer {
  readonly layer: tf.layers.Layer;
  readonly name: string;
}

export class StepHooks {
  private readonly applied: NamedLayer[] = [];
  private phaseNow: StepPhase = 'forward';
  /** The layer whose op's gradient is being taken. */
  private backward: NamedLayer | undefined;
  private appliedAny = false;
  private opNow: string | undefined;
  private readonly watched = new WeakSet<object>();
  /** Of the step under way, until they are disposed: keeping is for whoever needs them longer. */
  private readonly outputs = new Map<tf.layers.Layer, tf.Tensor>();
  private readonly gradients = new Map<string, tf.Tensor>();

  /** For the rest of the process. */
  constructor(private readonly host: StepHooksHost) {
    this.hookEngine(tf.engine() as unknown as EngineInsides);
  }

  /** From here on the step knows its layers. What is watched already stays as it is. */
  watch(
    model: tf.LayersModel | undefined,
    optimizer: tf.Optimizer | undefined,
    labels: ReadonlyMap<tf.layers.Layer, string> = model ? layerLabels(model) : new Map(),
  ): void {
    for (const [layer, name] of labels) if (this.isNew(layer)) this.watchLayer({ layer, name });
    if (optimizer && this.isNew(optimizer)) this.watchOptimizer(optimizer);
  }

  private isNew(part: object): boolean {
    const known = this.watched.has(part);
    this.watched.add(part);
    return !known;
  }

  /** A step begins. */
  begin(): void {
    this.phaseNow = 'forward';
    this.backward = undefined;
    this.appliedAny = false;
    this.applied.length = 0;
    this.outputs.clear();
    this.gradients.clear();
  }

  get phase(): StepPhase {
    return this.phaseNow === 'forward' && this.appliedAny && this.applied.length === 0 ? 'loss' : this.phaseNow;
  }

  /** Phase, layers from the outermost, op: as far as there are any now. */
  get path(): string[] {
    const layers = this.phaseNow === 'gradient' ? (this.backward ? [this.backward] : []) : this.applied;
    return [this.phase, ...layers.map(({ name }) => name), ...(this.opNow === undefined ? [] : [this.opNow])];
  }

  /** What there is in the middle of the step under way. */
  tensors(batch: Batch): StepTensors {
    return {
      batch,
      outputOf: (layer) => this.outputs.get(layer),
      gradientOf: (variable) => this.gradients.get(variable.name),
    };
  }

  private hookEngine(engine: EngineInsides): void {
    const { host } = this;
    const runKernelFunc = engine.runKernelFunc.bind(engine);
    engine.runKernelFunc = (parameters) => {
      const name = parameters.kernelName;
      if (name === undefined || isAside()) return runKernelFunc(parameters);
      const outer = this.opNow;
      this.opNow = name;
      host.opBegins(name);
      try {
        if (host.wish === 'op') this.stopBefore(name, parameters);
        return runKernelFunc(parameters);
      } finally {
        this.opNow = outer;
        host.opEnds();
      }
    };
    const addTapeNode = engine.addTapeNode.bind(engine);
    engine.addTapeNode = (...parts) => {
      addTapeNode(...parts);
      const node = engine.state.activeTape?.at(-1);
      const gradient = node?.gradient;
      if (!gradient || isAside()) return;
      const layer = this.applied.at(-1);
      node.gradient = (dys) => {
        this.enterBackward(layer);
        return gradient(dys);
      };
    };
  }

  private stopBefore(op: string, { inputs, attrs }: KernelParameters): void {
    const at = this.phaseNow === 'gradient' ? this.backward : this.applied.at(-1);
    this.host.stopAt({ stands: 'op', op, layer: at?.layer, layerName: at?.name, inputs, attributes: attrs });
  }

  private enterBackward(at: NamedLayer | undefined): void {
    const entered = at !== undefined && at !== this.backward;
    this.phaseNow = 'gradient';
    this.backward = at;
    if (entered && this.host.wish === 'layer') {
      this.host.stopAt({ stands: 'layer', layer: at.layer, layerName: at.name, inputs: undefined });
    }
  }

  private watchLayer(at: NamedLayer): void {
    const { layer } = at;
    const call = layer.call.bind(layer);
    hide(layer, 'call', (inputs, kwargs) => {
      const first = Array.isArray(inputs) ? inputs[0] : inputs;
      // Building a model passes symbols instead of values.
      if (!(first instanceof tf.Tensor) || isAside()) return call(inputs, kwargs);
      this.applied.push(at);
      this.appliedAny = true;
      try {
        if (this.host.wish === 'layer') {
          this.host.stopAt({ stands: 'layer', layer, layerName: at.name, inputs });
        }
        const output = call(inputs, kwargs);
        const only = Array.isArray(output) ? output[0] : output;
        if (only instanceof tf.Tensor) this.outputs.set(layer, only);
        return output;
      } finally {
        this.applied.pop();
      }
    });
  }

  private watchOptimizer(optimizer: tf.Optimizer): void {
    const applyGradients = optimizer.applyGradients.bind(optimizer);
    hide(optimizer, 'applyGradients', (gradients) => {
      if (isAside()) {
        applyGradients(gradients);
        return;
      }
      this.phaseNow = 'optimizer';
      const named = Array.isArray(gradients)
        ? gradients
        : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
      for (const { name, tensor } of named) if (tensor instanceof tf.Tensor) this.gradients.set(name, tensor);
      try {
        applyGradients(gradients);
      } finally {
        this.phaseNow = 'forward';
        this.backward = undefined;
        this.appliedAny = false;
      }
    });
  }
}

/** Not enumerable: whoever walks an optimizer's properties is to find its state alone. */
function hide<T extends object, K extends keyof T>(target: T, name: K, method: T[K]): void {
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true, enumerable: false });
}
