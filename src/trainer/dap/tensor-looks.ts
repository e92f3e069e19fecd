/**
 * Looks at tensors of a training that stands still, as requests name them: a layer's output, a weight,
 * a gradient, a batch, or anything that has been shown as a variable. Bytes go to the debug thread apart
 * from the answer. Runs nothing of the training; knows no protocol of the debugger.
 */
import * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import type { tensorRequests, TensorFacts, TensorPlace } from '../../shared/protocol/tensors.js';
import type { z } from 'zod';
import { labelledWeights, layerLabels } from '../runtime/layer-labels.js';
import { tensorsOf } from '../runtime/tf-dataset.js';
import { trainable } from '../runtime/tfjs-internals.js';
import { findValue, type Found } from '../tensors/find-value.js';
import { factsOf, tableOf, type NamedTensor, type TensorSums } from '../tensors/look-at-tensor.js';
import { picturesOf } from '../tensors/pictures.js';
import { remembering } from '../tensors/tensor-source.js';
import { valuesOf } from '../tensors/tensor-values.js';
import type { TensorRole } from '../tensors/fitting-views.js';
import type { TrainingParts } from './training-scopes.js';

type Arguments<N extends keyof typeof tensorRequests> = Omit<z.output<(typeof tensorRequests)[N]['args']>, 'tensor'>;

/** As in the protocol, but for variables, which are named by the handle behind the reference. */
export type LookedAt =
  Exclude<TensorPlace, { readonly kind: 'variable' }> | { readonly kind: 'handle'; readonly handle: number };

/** Something that was shown as a variable. */
interface HeldValue {
  readonly value: unknown;
  readonly name?: string;
  readonly role?: TensorRole;
}

interface TensorLooksHost {
  parts(): TrainingParts;
  /** @throws Error for a handle of an earlier stop */
  held(handle: number): HeldValue;
  readonly sums: TensorSums;
  /** @returns the number by which the debug thread knows them */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): number;
}

export class TensorLooks {
  constructor(private readonly host: TensorLooksHost) {}

  facts(place: LookedAt, { bins, numbers }: Arguments<'backstep/tensor'>): TensorFacts {
    return factsOf(this.tensorAt(place), this.host.sums, bins, numbers);
  }

  /** As the protocol has it, with the number of the bytes for `pixels`. */
  pictures(place: LookedAt, wish: Arguments<'backstep/tensorPictures'>) {
    const { tensor, exampleNames } = this.tensorAt(place);
    const { pixels, notFiniteRuns, titles, ...rest } = picturesOf(valuesOf(tensor), wish);
    const named = wish.view === 'images' && exampleNames?.length === rest.total ? exampleNames : undefined;
    return {
      ...rest,
      titles: named ? rest.ranges.map((_, at) => named[rest.first + at]!) : titles,
      ...(notFiniteRuns.length > 0 ? { notFiniteRuns } : {}),
      bytes: this.host.sendBytes(pixels),
    };
  }

  /** As the protocol has it, with the number of the bytes for `values`. */
  numbers(place: LookedAt, wish: Arguments<'backstep/tensorNumbers'>) {
    const { values, ...rest } = tableOf(this.tensorAt(place).tensor, wish);
    return { ...rest, bytes: this.host.sendBytes(new Uint8Array(values.buffer as ArrayBuffer)) };
  }

  find(place: LookedAt, wish: Arguments<'backstep/tensorFind'>): Found {
    const { tensor } = this.tensorAt(place);
    const source = remembering(valuesOf(tensor));
    return findValue(source, wish.for, wish.from, wish.value, this.host.sums.known(tensor));
  }

  /** @throws Error in words where there is no such tensor here */
  private tensorAt(place: LookedAt): NamedTensor {
    const parts = this.host.parts();
    const found = findTensor(place, parts, this.host);
    if (found.tensor.isDisposed) {
      throw new Error(`The values of ${found.name} are gone: it has been disposed.`);
    }
    return { ...found, columnNames: columnNamesOf(found, parts) };
  }
}

function findTensor(place: LookedAt, parts: TrainingParts, host: TensorLooksHost): NamedTensor {
  switch (place.kind) {
    case 'handle': {
      const { value, name, role } = host.held(place.handle);
      if (!(value instanceof tf.Tensor)) throw new Error(`${name ?? 'This'} is no tensor.`);
      return { tensor: value, name: name ?? 'tensor', role };
    }
    case 'batch': {
      const { batch } = parts;
      if (!batch) throw new Error('No batch is at hand here: training is not in a step.');
      const tensor = tensorsOf(batch[place.part])[place.index];
      if (!tensor) throw new Error(`The batch has no ${place.part} number ${place.index}.`);
      const several = tensorsOf(batch[place.part]).length > 1 ? ` ${place.index}` : '';
      const exampleNames = place.part === 'xs' ? batch.names?.map((name) => path.basename(name)) : undefined;
      return { tensor, name: `${place.part}${several} of the batch`, role: 'batch', exampleNames };
    }
    case 'activation': {
      const model = modelOf(parts);
      const layer = [...layerLabels(model)].find(([, label]) => label === place.layer)?.[0];
      if (!layer) throw new Error(`The model has no layer ${place.layer}.`);
      const tensor = parts.outputOf(layer);
      if (!tensor) throw new Error(`There is no output of ${place.layer} here: training has not come to it yet.`);
      return { tensor, name: `output of ${place.layer}`, role: 'activation' };
    }
    case 'weight':
    case 'gradient': {
      const weight = labelledWeights(modelOf(parts)).find(({ name }) => name === place.weight);
      if (!weight) throw new Error(`The model has no weight ${place.weight}.`);
      if (place.kind === 'weight') return { tensor: weight.variable, name: weight.name, role: 'weight' };
      const tensor = parts.gradientOf(weight.variable);
      const why = weight.trainable ? 'it has not been computed yet' : 'this weight is not trained';
      if (!tensor) throw new Error(`There is no gradient of ${place.weight} here: ${why}.`);
      return { tensor, name: `gradient of ${weight.name}`, role: 'weight' };
    }
  }
}

function modelOf({ model }: TrainingParts): tf.LayersModel {
  if (!model) throw new Error('There is no model yet.');
  return model;
}

/** Classes, for targets and for what the model's outputs are made of. */
function columnNamesOf({ tensor, role }: NamedTensor, parts: TrainingParts): readonly string[] | undefined {
  const { classNames, model, batch } = parts;
  if (!classNames || tensor.shape.at(-1) !== classNames.length) return undefined;
  // What a person has computed with as many columns as there are classes is most likely of them.
  if (role === undefined) return classNames;
  if (role === 'batch') return batch && tensorsOf(batch.ys).includes(tensor) ? classNames : undefined;
  const outputs = model ? trainable(model).outputLayers : [];
  const isOfOutput = outputs.some(
    (layer) =>
      parts.outputOf(layer) === tensor ||
      layer.weights.some((weight) => {
        const variable = weight.read() as tf.Variable;
        return variable === tensor || parts.gradientOf(variable) === tensor;
      }),
  );
  return isOfOutput ? classNames : undefined;
}
