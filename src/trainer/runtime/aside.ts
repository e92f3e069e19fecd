/**
 * Work beside the training, in the middle of whatever it does: expressions that a person evaluates,
 * conditions of their breakpoints, looks. Neither random state nor the gradients' recording nor what
 * is kept of a step notices it, and its tensors are given back. Knows no debugger.
 */
import * as tf from '@tensorflow/tfjs';
import { drawAside, generatorFor } from './random.js';
import { masksBeside } from './recurrent-masks-beside.js';

interface Scope {
  readonly track: readonly tf.Tensor[];
}

interface EngineState {
  gradientDepth: number;
  kernelDepth: number;
  activeTape: unknown;
  activeScope: Scope;
  readonly scopeStack: readonly Scope[];
}

let depth = 0;
let replays = 0;
/** So that two expressions that draw do not draw the same. */
let count = 0;

/** Whether what runs now is no part of the training. */
export function isAside(): boolean {
  return depth > 0 || replays > 0;
}

/** Whether it is not even a step of the training that is computed once more. */
export function isBesideSteps(): boolean {
  return depth > 0;
}

/** Runs a step once more, to see what it computes: nobody stops in it, records it or counts it. */
export function replaying<T>(work: () => T): T {
  replays++;
  try {
    return work();
  } finally {
    replays--;
  }
}

/**
 * Begins such work. What is given back ends it: tensors made meanwhile are disposed, but for those
 * that are found in `result`, which are kept; they are given back, and whoever asked disposes them.
 */
export function beginAside(): (result?: unknown) => tf.Tensor[] {
  const engine = tf.engine();
  const state = engine.state as unknown as EngineState;
  const { gradientDepth, kernelDepth, activeTape } = state;
  depth++;
  const drawAgain = drawAside(generatorFor(0, 'user', ++count));
  // What is computed here is no part of what gradients are being taken of.
  state.gradientDepth = 0;
  state.kernelDepth = 0;
  const guardAgain = guardTensors(engine);
  const masksAgain = masksBeside();
  const tracking = new Tracking(engine);
  engine.startScope('aside');
  const scope = state.activeScope;
  return (result) => {
    masksAgain();
    const made = new Set(scope.track);
    const kept = found(result).filter((tensor) => made.has(tensor) && !tensor.isDisposed);
    for (const tensor of kept) tf.keep(tensor);
    tracking.finish();
    // An expression that was ended in the middle of a scope of its own leaves that one open.
    // One that has ended this very scope has ended what it made with it.
    while (state.scopeStack.includes(scope)) engine.endScope();
    guardAgain();
    Object.assign(state, { gradientDepth, kernelDepth, activeTape });
    drawAgain();
    depth--;
    return kept;
  };
}

/** Runs `work` so, and gives back what it returns, which holds no tensor made by it. */
export function doAside<T>(work: () => T): T {
  const end = beginAside();
  try {
    return work();
  } finally {
    end();
  }
}

interface Disposing {
  nextTensorId(): number;
  disposeTensor(tensor: tf.Tensor): void;
  disposeVariable(variable: tf.Variable): void;
  reset(): void;
  removeBackend(name: string): void;
  setBackend(name: string): unknown;
}

/** What the training lives on is not for others to dispose: it would fail at some later, unlikely place. */
function guardTensors(engine: object): () => void {
  const disposing = engine as Disposing;
  const firstId = disposing.nextTensorId();
  const { disposeTensor, disposeVariable } = disposing;
  const own = Object.getOwnPropertyDescriptors(engine);
  disposing.disposeTensor = (tensor) => {
    // A variable that is assigned gives back its old values this way.
    if (tensor.id < firstId && !(tensor instanceof tf.Variable)) throw new StillInUse();
    disposeTensor.call(engine, tensor);
  };
  disposing.disposeVariable = (variable) => {
    if (variable.id < firstId) throw new StillInUse();
    disposeVariable.call(engine, variable);
  };
  disposing.reset = disposing.removeBackend = () => {
    throw new StillInUse('The training lives on this: it cannot be given up from here.');
  };
  disposing.setBackend = () => {
    throw new StillInUse('The training’s values are on this backend: it cannot be changed from here.');
  };
  return () => {
    for (const name of ['disposeTensor', 'disposeVariable', 'reset', 'removeBackend', 'setBackend'] as const) {
      const before = own[name];
      if (before) Object.defineProperty(engine, name, before);
      else Reflect.deleteProperty(engine, name);
    }
  };
}

/** What the engine counts. */
interface Counts {
  numTensors: number;
  numBytes: number;
  numDataBuffers: number;
  numStringTensors: number;
}

interface CountingEngine {
  readonly state: Counts & {
    readonly scopeStack: readonly Scope[];
    readonly tensorInfo: WeakMap<
      object,
      { readonly backend: { disposeData(dataId: object, force: boolean): unknown } }
    >;
  };
  trackTensor(tensor: tf.Tensor, backend: unknown): void;
}

/** Where V8 ends an expression in the middle of the engine's counting, no `finally` runs: it is taken back afterwards. */
class Tracking {
  private readonly engine: CountingEngine;
  private readonly trackTensor: CountingEngine['trackTensor'];
  private underWay: { readonly tensor: tf.Tensor; readonly before: Counts } | undefined;

  constructor(engine: object) {
    this.engine = engine as CountingEngine;
    const { trackTensor } = this.engine;
    this.trackTensor = trackTensor;
    this.engine.trackTensor = (tensor, backend) => {
      const { numTensors, numBytes, numDataBuffers, numStringTensors } = this.engine.state;
      this.underWay = { tensor, before: { numTensors, numBytes, numDataBuffers, numStringTensors } };
      trackTensor.call(this.engine, tensor, backend);
      this.underWay = undefined;
    };
  }

  finish(): void {
    Object.assign(this.engine, { trackTensor: this.trackTensor });
    if (!this.underWay) return;
    const { tensor, before } = this.underWay;
    const { state } = this.engine;
    if (state.scopeStack.some(({ track }) => track.lastIndexOf(tensor) >= 0)) return;
    Object.assign(state, before);
    state.tensorInfo.get(tensor.dataId)?.backend.disposeData(tensor.dataId, true);
    state.tensorInfo.delete(tensor.dataId);
  }
}

class StillInUse extends Error {
  override readonly name = 'StillInUse';
  constructor(message = 'This tensor is the training’s: it cannot be disposed from here.') {
    super(message);
  }
}

/** Whatever an object does when it is looked into, the training goes on as before. */
function found(result: unknown): tf.Tensor[] {
  try {
    return tensorsIn(result);
  } catch {
    // A proxy that refuses, for example, holds nothing that could be shown of it.
    return [];
  }
}

const DEEPEST = 4;

function tensorsIn(value: unknown, level = 0): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  if (typeof value !== 'object' || value === null || level >= DEEPEST || ArrayBuffer.isView(value)) return [];
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return [];
  // Whatever a getter computes has not been given back, and may never come to an end.
  const inside: unknown[] = Array.isArray(value)
    ? value
    : Object.values(Object.getOwnPropertyDescriptors(value)).map((property) => property.value as unknown);
  return inside.flatMap((one) => tensorsIn(one, level + 1));
}
