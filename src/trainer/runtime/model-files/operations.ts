/**
 * Keras 3's operations, such as `x + y` between layers, each made a layer of TensorFlow.js without weights: the list
 * of what is known. What it is called with besides tensors stands in the file and is read, never run.
 */
import * as tf from '@tensorflow/tfjs';
import type { KerasLayer } from '../../../shared/models/keras/architecture.js';
import type { KerasArgument } from '../../../shared/models/keras/tensor-places.js';
import { UNKNOWN } from '../../../shared/models/graph-builder.js';
import { shapesOfOperation } from '../../../shared/models/keras/operation-shapes.js';
import { operations, type Given } from './operation-table.js';
import { Refusal } from './refusal.js';

/** @throws Refusal where it is not known, or is called with what is not */
export function operationLayer(layer: KerasLayer): tf.layers.Layer {
  const operation = Object.hasOwn(operations, layer.className) ? operations[layer.className] : undefined;
  if (!operation) {
    throw new Refusal(
      `it is an operation, keras.ops.${layer.className}, that is not known`,
      'In Keras, put layers in its place, and save the model again.',
    );
  }
  const [call, ...more] = layer.calls;
  if (!call || more.length > 0) throw new Refusal('it is an operation that is not called once');
  const name = Object.keys(call.named)[0];
  if (name !== undefined) throw new Refusal(`it is called with ${name}, which is not known`);
  return new OperationLayer(layer, (given) =>
    operation(
      call.args.map((argument) => givenBy(argument, given)),
      layer.config,
    ),
  );
}

function givenBy(argument: KerasArgument, tensors: readonly tf.Tensor[]): Given {
  switch (argument.kind) {
    case 'tensor':
      return tensors[argument.index];
    case 'list':
      return argument.items.map((item) => givenBy(item, tensors));
    case 'value':
      return argument.value as Given;
  }
}

/** Sizes that are open are these in turn, the batch first: what differs between them is open as well. */
const probes = [
  { batch: 2, open: 11 },
  { batch: 3, open: 13 },
] as const;
/** Numbers in a tensor that is made to see which shape comes out. */
const MOST_NUMBERS = 20_000_000;

class OperationLayer extends tf.layers.Layer {
  static readonly className: string = 'KerasOperation';

  constructor(
    private readonly given: KerasLayer,
    private readonly compute: (tensors: readonly tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  ) {
    super({ name: given.name });
    this.supportsMasking = true;
    // TensorFlow.js wants as many masks as outputs here; whoever has masks puts them on tensors.
    Object.assign(this, { setMaskMetadata: () => undefined });
  }

  /** Masks are of steps: what is computed of several of them has none. */
  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (Array.isArray(mask) ? null : (mask ?? null)) as tf.Tensor;
  }

  override computeOutputShape(given: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const shapes = (Array.isArray(given[0]) ? given : [given]) as tf.Shape[];
    const [known] = shapesOfOperation(
      this.given,
      shapes.map((shape) => shape.map((size) => size ?? UNKNOWN)),
    ).outputs;
    if (known) return known.map((size) => (size === UNKNOWN ? null : size));
    const [one, other] = probes.map(({ batch, open }) =>
      tf.tidy(() => {
        // Zeros hold for whatever type comes in.
        const tensors = shapes.map((shape) => {
          const sizes = shape.map((size, at) => size ?? (at === 0 ? batch : open));
          if (sizes.reduce((product, size) => product * size, 1) > MOST_NUMBERS)
            throw new Refusal('it is called with more numbers than can be computed with');
          return tf.zeros(sizes);
        });
        return [this.compute(tensors)].flat().map(({ shape }) => shape);
      }),
    ) as [number[][], number[][]];
    const made = one.map((shape, slot) => shape.map((size, at) => (size === other[slot]![at] ? size : null)));
    return made.length === 1 ? made[0]! : made;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => this.compute([inputs].flat()));
  }
}
