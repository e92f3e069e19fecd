/** A loss that expects something else than what the last activation gives. */
import { layerOf, type ExperimentFacts, type LayerFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';

export const lossActivation: Rule = {
  kind: 'experiment',
  rule: 'lossActivation',
  title: 'The loss does not fit the last activation',
  test: (facts) => {
    // What the checks of the parts say is said in their words, so that it stands once in the list of problems.
    const known = facts.misfits.map(({ message, hint, layer }): Found => ({
      severity: 'warning',
      title: message,
      explanation:
        'A loss is made for one kind of output. With another one it still falls, but towards something that is not what is wanted, or it does not fall at all.',
      advice: hint === undefined ? [] : [hint],
      ...(layer === undefined ? { part: 'loss' as const } : { layer }),
    }));
    if (known.length > 0 || facts.hasOwnStep) return known;
    return facts.outputs.flatMap((label, index) => {
      const layer = layerOf(facts, label);
      const loss = facts.losses[index];
      return layer && loss !== undefined ? misfit(layer, loss, facts) : [];
    });
  },
};

function misfit(layer: LayerFacts, loss: string, { classNames, outputs }: ExperimentFacts): Found[] {
  const units = layer.outputShape.at(-1) ?? undefined;
  const activation = layer.type === 'Softmax' ? 'softmax' : layer.activation;
  const regression = /^meanSquared|^meanAbsolute|^logcosh$/.test(loss);
  const at = { severity: 'warning' as const, part: 'loss' as const, layer: layer.label };
  if (activation === 'softmax' && regression) {
    return [
      {
        ...at,
        title: `${loss} over the softmax of ${layer.label} learns slowly: it is a loss for numbers, not for classes.`,
        explanation:
          'Where the model is sure of a wrong class, softmax is flat, and the squared difference has next to no gradient there: it cannot learn from its worst mistakes.',
        advice: ["Use loss: 'categoricalCrossentropy', or 'sparseCategoricalCrossentropy' for class numbers."],
      },
    ];
  }
  if (activation === 'softmax' && loss === 'binaryCrossentropy' && units !== undefined && units > 1) {
    return [
      {
        ...at,
        title: `binaryCrossentropy takes each of the ${units} values of ${layer.label} as a question of its own, but softmax makes them one.`,
        explanation:
          'Softmax says which one of the classes it is; binaryCrossentropy asks each whether it applies, and its accuracy counts every value apart, so that it looks far too good.',
        advice: [
          "For one class an example use loss: 'categoricalCrossentropy'.",
          "Where several can apply at once, use activation: 'sigmoid'.",
        ],
      },
    ];
  }
  // Several outputs may be of different kinds, of which the names of the classes say nothing.
  if (regression && classNames && classNames.length > 1 && outputs.length === 1) {
    return [
      {
        ...at,
        title: `${loss} is a loss for numbers, but the data has ${classNames.length} classes.`,
        explanation:
          'As numbers class 2 is twice class 1, which means nothing: the model learns to sit between the classes.',
        advice: [
          `End the model in ${classNames.length} units with activation: 'softmax' and use loss: 'categoricalCrossentropy'.`,
          ...(classNames.length === 2
            ? ["Or end it in one unit with activation: 'sigmoid' and use loss: 'binaryCrossentropy'."]
            : []),
        ],
      },
    ];
  }
  return [];
}
