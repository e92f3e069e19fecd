/**
 * Tells the library's own layers, optimizers and functions from the person's, whose lines are looked for while
 * a step is recorded. Runs nothing of them.
 */
import * as tf from '@tensorflow/tfjs';

interface OptimizerClass {
  readonly prototype: tf.Optimizer;
}

export const libraryOptimizers = [
  tf.SGDOptimizer,
  tf.MomentumOptimizer,
  tf.AdagradOptimizer,
  tf.AdadeltaOptimizer,
  tf.AdamOptimizer,
  tf.AdamaxOptimizer,
  tf.RMSPropOptimizer,
] as readonly OptimizerClass[];

/** Before anything of the person's is loaded: theirs may register classes, too. */
const libraryClasses: ReadonlySet<unknown> = new Set([
  ...Object.values(tf.serialization.SerializationMap.getMap().classNameMap).map(([librarys]) => librarys),
  ...libraryOptimizers,
]);

/** Whether an object's class is the library's, whatever it is made of. */
export function isOfLibrary(value: object): boolean {
  return libraryClasses.has(value.constructor);
}

/** Whether a layer, model or optimizer, with all that it is made of, calls nothing of the person's. */
export function callsOnlyLibrary(value: tf.serialization.Serializable, seen = new Set<unknown>()): boolean {
  if (seen.has(value)) return true;
  seen.add(value);
  if (!isOfLibrary(value)) return false;
  return Object.values(value)
    .flat()
    .every((part: unknown) =>
      part instanceof tf.serialization.Serializable ? callsOnlyLibrary(part, seen) : typeof part !== 'function',
    );
}

/** Whether losses or metrics, as `model.compile` takes them, are the library's by name. */
export function areNamed(functions: unknown): boolean {
  if (functions === undefined || functions === null || typeof functions === 'string') return true;
  return typeof functions === 'object' && Object.values(functions).every(areNamed);
}
