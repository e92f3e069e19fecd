import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { forgetLayers, layers, layersApplied, placeOfLayer } from '../../../../src/trainer/analysis/layer-origins.js';
import { problemOf } from '../../../../src/trainer/loader/problem-of.js';

// This file stands for the person's.
function lineHere(): number {
  return Number(/:(\d+):\d+\)?$/.exec(new Error('here').stack!.split('\n')[2]!)![1]);
}

class Doubler extends layers.Layer {
  static readonly className = 'Doubler';
}

test('factories and the person’s own classes know their lines', () => {
  const dense = layers.dense({ units: 1 });
  const line = lineHere() - 1;
  expect(placeOfLayer(dense)).toMatchObject({ file: import.meta.filename, line });
  const own = new Doubler({});
  const ownLine = lineHere() - 1;
  expect(placeOfLayer(own)).toMatchObject({ line: ownLine });
});

test('layers are layers, whoever asks', () => {
  expect(layers.dense({ units: 1 })).toBeInstanceOf(layers.Layer);
  expect(new Doubler({})).toBeInstanceOf(tf.layers.Layer);
  expect(layers.dense({ units: 1 })).not.toBeInstanceOf(Doubler);
});

test('what goes wrong inside a layer is said at its line, and the layers before it are known', () => {
  forgetLayers();
  let line = 0;
  const make = () => {
    const flatten = layers.flatten({ inputShape: [4, 4, 3] });
    const pool = layers.maxPooling2d({ poolSize: 2 });
    line = lineHere() - 1;
    return tf.sequential({ layers: [flatten, pool] });
  };
  let caught: unknown;
  try {
    make();
  } catch (error) {
    caught = error;
  }
  expect(problemOf(caught, { file: 'experiment.ts' })).toMatchObject({ file: import.meta.filename, line });
  expect(layersApplied().map((layer) => layer.getClassName())).toContain('Flatten');
});

test('a kernel larger than its input is refused when the layer is applied', () => {
  const small = layers.maxPooling2d({ poolSize: 2, inputShape: [2, 2, 1] });
  const large = layers.conv2d({ filters: 1, kernelSize: 3 });
  expect(() => tf.sequential({ layers: [small, large] })).toThrow('The 3×3 kernel is larger than its 1×1 input');
});
