/** Learning rates that no training is known to go well with. What one step does is `updateRatio`'s. */
import type { Found, Rule } from '../rule.js';
import { number } from '../words.js';

/** By optimizer: from here up weights move by more than they are at every step. */
const tooHigh: readonly (readonly [RegExp, number])[] = [
  [/^(Adam|Adamax|RMSProp)/, 0.5],
  [/^(SGD|Momentum)/, 10],
];
const TOO_LOW = 1e-7;

export const learningRateOdd: Rule = {
  kind: 'experiment',
  rule: 'learningRate',
  title: 'The learning rate is out of the ordinary',
  test: ({ learningRate, optimizer }): Found[] => {
    if (learningRate === undefined || optimizer === undefined) return [];
    const most = tooHigh.find(([kind]) => kind.test(optimizer))?.[1] ?? Infinity;
    const usual = /^(SGD|Momentum)/.test(optimizer) ? '0.01 to 0.1' : '0.0001 to 0.01';
    if (learningRate >= most) {
      return [
        {
          severity: 'warning',
          title: `The learning rate is very high: ${number(learningRate)}.`,
          explanation: `With ${optimizer} each step then moves the weights by more than they are. Usual are ${usual}. The loss jumps about, or becomes NaN within a few steps.`,
          advice: [`Try ${/^(SGD|Momentum)/.test(optimizer) ? '0.01' : '0.001'}.`],
          part: 'optimizer',
        },
      ];
    }
    if (learningRate < TOO_LOW) {
      return [
        {
          severity: 'warning',
          title: `The learning rate is very low: ${number(learningRate)}.`,
          explanation: `A weight of 32 bits has seven digits: a step this small is lost in rounding. Usual with ${optimizer} are ${usual}.`,
          advice: [`Try ${/^(SGD|Momentum)/.test(optimizer) ? '0.01' : '0.001'}.`],
          part: 'optimizer',
        },
      ];
    }
    return [];
  },
};
