/** Replaces methods of TensorFlow.js's classes. What is done beside the training goes to the original. */
import { isAside } from '../runtime/aside.js';

export type Method = (...values: unknown[]) => unknown;

/** For the rest of the process: `wrap` is given the original, and what it is called on with what. */
export function around(
  prototype: object,
  name: string,
  wrap: (original: Method, self: unknown, values: unknown[]) => unknown,
): void {
  const original = (prototype as Record<string, Method>)[name]!;
  const replacement = function (this: unknown, ...values: unknown[]): unknown {
    if (isAside()) return original.apply(this, values);
    return wrap((...given) => original.apply(this, given), this, values);
  };
  Object.defineProperty(prototype, name, { value: replacement, configurable: true, writable: true, enumerable: false });
}
