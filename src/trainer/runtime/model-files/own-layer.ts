/**
 * A layer that Keras has and TensorFlow.js does not, said by its weights, the shape that it gives and what it computes.
 * Its class is Keras's, so that lists, graphs and breakpoints name it as its maker did. Knows no layer of Keras's.
 */
import * as tf from '@tensorflow/tfjs';
import type { GivenConfig, LayerArguments } from './given-config.js';
import { Refusal } from './refusal.js';

export type Sizes = readonly (number | null)[];

export interface OwnWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** What the configuration's `…_initializer`, `…_regularizer` and `…_constraint` begin with; by default `name`. */
  readonly settings?: string;
  /** Where the configuration names none. */
  readonly initializer?: 'zeros' | 'ones' | 'glorotUniform';
}

/** What a call has beside its inputs. */
export interface Calling {
  readonly training: boolean;
  /** Of each input; those that have none are `undefined`. */
  readonly masks: readonly (tf.Tensor | undefined)[];
}

export interface OwnParts {
  /** Shapes have the batch first. @throws Refusal */
  weights?(shapes: readonly Sizes[]): readonly OwnWeight[];
  /** One shape, or one for each output; by default that of the first input. @throws Refusal */
  shape?(shapes: readonly Sizes[]): Sizes | readonly Sizes[];
  /** In a tidy of the layer's. Weights stand in the order in which they were named. */
  compute(inputs: readonly tf.Tensor[], weights: readonly tf.Tensor[], calling: Calling): tf.Tensor | tf.Tensor[];
  /** Whether a mask of the first input holds for what comes out too. */
  readonly passesMask?: boolean;
}

/** @param given of which name, training and class are taken, and how weights begin. @throws Refusal */
export function ownLayer(given: GivenConfig, parts: OwnParts): tf.layers.Layer {
  given.insist('activity_regularizer', () => false);
  return new OwnLayer(given, parts);
}

class OwnLayer extends tf.layers.Layer {
  static readonly className = 'KerasLayer';
  private own: readonly tf.LayerVariable[] = [];

  constructor(
    private readonly given: GivenConfig,
    private readonly parts: OwnParts,
  ) {
    super(given.common());
    this.supportsMasking = true;
    // TensorFlow.js wants as many masks as outputs here; whoever has masks puts them on tensors.
    Object.assign(this, { setMaskMetadata: () => undefined });
  }

  override getClassName(): string {
    return this.given.layer.className;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...(this.given.layer.config as tf.serialization.ConfigDict), ...super.getConfig() };
  }

  override build(shape: tf.Shape | tf.Shape[]): void {
    this.own = (this.parts.weights?.(shapesIn(shape)) ?? []).map(({ name, shape: sizes, settings, initializer }) => {
      const { initializer: told, regularizer, constraint } = this.given.beginning(settings ?? name);
      const first = told ?? tf.initializers[initializer ?? 'glorotUniform']({});
      return this.addWeight(name, [...sizes], 'float32', first as Initializer, regularizer as never, true, constraint as never); // prettier-ignore
    });
    super.build(shape);
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const shapes = shapesIn(shape);
    return (this.parts.shape?.(shapes) ?? shapes[0]) as tf.Shape | tf.Shape[];
  }

  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [first] = mask === undefined ? [] : [mask].flat();
    return (this.parts.passesMask === true ? (first ?? null) : null) as tf.Tensor;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], named: LayerArguments): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      // All of them where the model is one with masks.
      const masks: unknown = named['masks'];
      return this.parts.compute(
        [inputs].flat(),
        this.own.map((weight) => weight.read()),
        {
          training: named['training'] === true,
          masks: Array.isArray(masks) ? (masks as (tf.Tensor | undefined)[]) : [],
        },
      );
    });
  }
}

/** How many features there are along an axis, the last one where none is named. @throws Refusal where that is open */
export function featuresOf(shape: Sizes = [], axis = -1): number {
  const size = shape.at(axis);
  if (typeof size !== 'number') throw new Refusal('how many features come in is not known');
  return size;
}

type Initializer = ReturnType<typeof tf.initializers.zeros>;

function shapesIn(shape: tf.Shape | tf.Shape[]): readonly Sizes[] {
  return (Array.isArray(shape[0]) ? shape : [shape]) as tf.Shape[];
}
