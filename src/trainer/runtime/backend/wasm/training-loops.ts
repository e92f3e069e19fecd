/**
 * The compiled loops of assembly/ as functions over addresses in the memory of TensorFlow.js's wasm
 * backend. Knows no tensors: who calls sees to it that the addresses are right.
 */

/** An address in the backend's memory, in bytes. */
type Address = number;

/** What assembly/index.ts exports; see there for shapes and meaning. */
export interface TrainingLoops {
  product(a: Address, b: Address, out: Address, rows: number, depth: number, columns: number): void;
  productWithTransposedLeft(a: Address, b: Address, out: Address, rows: number, depth: number, columns: number): void;
  productWithTransposedRight(a: Address, b: Address, out: Address, rows: number, depth: number, columns: number): void;
  convolutionFilterGradient(x: Address, dy: Address, dFilter: Address, ...geometry: number[]): void;
  convolutionInputGradient(dy: Address, filter: Address, dx: Address, scratch: Address, ...geometry: number[]): void;
  convolutionInputGradientScratch(
    inChannels: number,
    outWidth: number,
    outChannels: number,
    filterHeight: number,
    filterWidth: number,
  ): number;
  depthwiseFilterGradient(x: Address, dy: Address, dFilter: Address, ...geometry: number[]): void;
  depthwiseInputGradient(dy: Address, filter: Address, dx: Address, ...geometry: number[]): void;
  maxPoolGradient(x: Address, dy: Address, dx: Address, ...geometry: number[]): void;
  /** 1 or 0. */
  allFinite(x: Address, size: number): number;
  sumOfSquares(x: Address, size: number): number;
  columnSums(x: Address, out: Address, totals: Address, rows: number, columns: number, scale: number): void;
  reluGradient(dy: Address, x: Address, dx: Address, size: number, top: number): void;
  adam(
    value: Address,
    firstMoment: Address,
    secondMoment: Address,
    gradient: Address,
    beta1Power: Address,
    beta2Power: Address,
    newValue: Address,
    newFirstMoment: Address,
    newSecondMoment: Address,
    size: number,
    beta1: number,
    oneMinusBeta1: number,
    beta2: number,
    oneMinusBeta2: number,
    learningRate: number,
    epsilon: number,
  ): void;
  rmsProp(
    value: Address,
    meanSquare: Address,
    moment: Address,
    gradient: Address,
    newValue: Address,
    newMeanSquare: Address,
    newMoment: Address,
    size: number,
    decay: number,
    oneMinusDecay: number,
    momentum: number,
    learningRate: number,
    epsilon: number,
  ): void;
}

/** Binds the loops to a memory. They keep working when it grows. */
export function instantiateTrainingLoops(module: WebAssembly.Module, memory: WebAssembly.Memory): TrainingLoops {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as TrainingLoops;
}
