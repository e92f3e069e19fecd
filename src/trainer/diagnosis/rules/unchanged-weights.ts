/** Layers that are to be trained and get no gradient at all. */
import type { LayerFacts, StepFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { listed } from '../words.js';

export const unchangedWeights: Rule = {
  kind: 'step',
  rule: 'unchangedWeights',
  title: 'A layer’s weights do not change',
  wishes: ({ layers }) =>
    layers.flatMap(({ weights }) =>
      weights
        .filter(({ trainable }) => trainable)
        .map(({ name }) => ({ of: 'gradient', name, numbers: ['norm', 'notFinite'] }) as const),
    ),
  test: (step, { layers }) => {
    const trained = layers.filter((layer) => layer.weights.some(({ trainable }) => trainable));
    const states = trained.map((layer) => ({ layer, state: stateOf(layer, step) }));
    // Without any gradient there is nothing to compare with: none were kept.
    if (states.every(({ state }) => state === 'unknown')) return [];
    const still = states.filter(({ state }) => state !== 'moves');
    if (still.length === 0) return [];
    const names = still.map(({ layer }) => layer.label);
    const cut = still.some(({ state }) => state === 'unknown');
    const [first] = still;
    return [
      {
        severity: 'warning',
        title: `The weights of ${listed(names)} do not change: ${names.length === 1 ? 'its' : 'their'} gradient is exactly zero.`,
        explanation: cut
          ? `The loss does not depend on ${names.length === 1 ? 'this layer' : 'these layers'}: what ${names.length === 1 ? 'it gives' : 'they give'} is not used, or is cut off on the way by an op without a gradient (argMax, round, a comparison, dataSync).`
          : `No gradient arrives: a layer behind gives only zeros (a dead relu), or its activation is flat there, or what it gets is all zero.`,
        advice: cut
          ? [
              'Check that each layer’s output leads to the model’s output.',
              'Keep argMax, round and comparisons out of the loss.',
            ]
          : [
              'Look at the layers behind it, in the graph or the layer list: the first whose output is all zero is the cause.',
              'If weights are meant to stay, set trainable: false on the layer.',
            ],
        layer: first!.layer.label,
      },
    ];
  },
};

function stateOf(layer: LayerFacts, step: StepFacts): 'moves' | 'still' | 'unknown' {
  const gradients = layer.weights
    .filter(({ trainable }) => trainable)
    .map(({ name }) => step.summary({ of: 'gradient', name, numbers: ['norm', 'notFinite'] }));
  if (gradients.every((gradient) => gradient === undefined)) return 'unknown';
  return gradients.some((gradient) => gradient && (gradient.notFinite > 0 || gradient.norm > 0)) ? 'moves' : 'still';
}
