/**
 * Where the library's random ops ask first whether their numbers are drawn elsewhere: a call put into
 * them by scripts/tfjs-native.mjs. Part of the library's own bundle, so it imports nothing.
 */
import type { DataType, Tensor } from '@tensorflow/tfjs';

export type RandomOp = 'randomUniform' | 'randomNormal' | 'truncatedNormal';

/** `first` and `second`: minimum and maximum, or mean and standard deviation. `undefined` leaves it to the library. */
type Draw = (
  op: RandomOp,
  shape: number[],
  first: number,
  second: number,
  dtype: DataType | undefined,
  seed: number | string | undefined,
) => Tensor | undefined;

let draw: Draw = () => undefined;

/** From here on `to` is asked first. */
export function drawRandomsBy(to: Draw): void {
  draw = to;
}

/** Called by what scripts/tfjs-native.mjs puts into the library’s ops. @public */
export const drawElsewhere: Draw = (...call) => draw(...call);
