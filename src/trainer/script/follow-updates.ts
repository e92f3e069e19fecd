/** Follows what changes weights: gradients that are taken, optimizers that apply them, and values that a script gives its variables itself. */
import * as tf from '@tensorflow/tfjs';
import { isAside } from '../runtime/aside.js';
import { isOptimizer } from '../runtime/tfjs-internals.js';
import { around } from './around.js';
import type { TrainingFollower } from './follow-tensorflow.js';
import { namedGradients } from './named-gradients.js';

interface EngineInsides {
  gradients(
    f: () => tf.Tensor,
    xs: readonly tf.Tensor[],
    ...rest: unknown[]
  ): { value: tf.Tensor; grads: (tf.Tensor | null)[] };
}

/** For the rest of the process. */
export function followGradients(follower: TrainingFollower): void {
  const engine = tf.engine() as unknown as EngineInsides;
  const gradients = engine.gradients.bind(engine);
  let depth = 0;
  engine.gradients = (f, xs, ...rest) => {
    if (depth > 0 || isAside()) return gradients(f, xs, ...rest);
    depth++;
    try {
      follower.gradientsBegin(xs);
      const taken = gradients(f, xs, ...rest);
      follower.gradientsTaken(taken.value, xs, taken.grads);
      return taken;
    } finally {
      depth--;
    }
  };
}

/** For the rest of the process. */
export function followUpdates(follower: TrainingFollower): void {
  const optimizers = new FollowedOptimizers(follower);
  for (const own of Object.values(tf as unknown as Record<string, unknown>)) {
    const prototype: unknown = typeof own === 'function' ? own.prototype : undefined;
    if (prototype !== undefined && isOptimizer(prototype)) optimizers.followClass(prototype);
  }
  // A person's own optimizer is known by being used.
  for (const name of ['minimize', 'computeGradients']) {
    around(tf.Optimizer.prototype, name, (original, self, values) => {
      optimizers.follow(self as tf.Optimizer);
      return original(...values);
    });
  }
  for (const prototype of [tf.LayersModel.prototype, tf.Sequential.prototype]) {
    around(prototype, 'compile', (original, self, values) => {
      const result = original(...values);
      const { optimizer } = self as tf.LayersModel;
      if (isOptimizer(optimizer)) optimizers.follow(optimizer);
      return result;
    });
  }
  const { state } = tf.engine();
  around(tf.Variable.prototype, 'assign', (original, self, values) => {
    original(...values);
    // Batch normalization moves its averages while gradients are taken.
    if (!optimizers.updates && state.gradientDepth === 0) follower.assigned(self as tf.Variable);
    return undefined;
  });
}

class FollowedOptimizers {
  private readonly seen = new WeakSet<tf.Optimizer>();
  private readonly classes = new WeakSet<object>();
  private depth = 0;

  constructor(private readonly follower: TrainingFollower) {}

  /** Whether one of them is at work. */
  get updates(): boolean {
    return this.depth > 0;
  }

  follow(optimizer: tf.Optimizer): void {
    for (
      let prototype: unknown = Object.getPrototypeOf(optimizer);
      typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype;
      prototype = Object.getPrototypeOf(prototype)
    )
      this.followClass(prototype);
    this.sees(optimizer);
  }

  /** Each class of optimizer has an `applyGradients` of its own. */
  followClass(prototype: object): void {
    const { seen, classes, follower } = this;
    if (classes.has(prototype) || !Object.hasOwn(prototype, 'applyGradients')) return;
    classes.add(prototype);
    around(prototype, 'applyGradients', (original, self, values) => {
      const optimizer = self as tf.Optimizer;
      if (this.depth > 0) return original(...values);
      if (!seen.has(optimizer)) {
        this.sees(optimizer);
        // Whoever watches it now does so on the instance, which is to be asked instead.
        if (Object.hasOwn(optimizer, 'applyGradients')) {
          return optimizer.applyGradients(values[0] as Parameters<tf.Optimizer['applyGradients']>[0]);
        }
      }
      follower.updateBegins(optimizer, namedGradients(values[0]));
      this.depth++;
      try {
        original(...values);
      } finally {
        this.depth--;
      }
      follower.updateEnds(optimizer);
      return undefined;
    });
  }

  private sees(optimizer: tf.Optimizer): void {
    if (this.seen.has(optimizer)) return;
    this.seen.add(optimizer);
    this.follower.seesOptimizer(optimizer);
  }
}
