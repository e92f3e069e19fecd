/** All rules, the gravest first: in this order findings of one severity are told. */
import type { Rule } from '../rule.js';
import { allZero } from './all-zero.js';
import { batchNormOfOne, dropoutAtOutput, missingNonlinearity, nothingToTrain } from './architecture.js';
import { classImbalance, unshuffledClasses } from './classes.js';
import { deadRelu } from './dead-relu.js';
import { explodingGradient } from './exploding-gradient.js';
import { labelsFitLoss, unreachableTargets } from './labels.js';
import { largeTargets, unnormalisedInput } from './input-scale.js';
import { learningRateOdd } from './learning-rate.js';
import { lossActivation } from './loss-activation.js';
import { lossDiverges, lossDoesNotFall } from './loss-course.js';
import { softmaxTwice } from './softmax-twice.js';
import { notFinite, notFiniteData } from './not-finite.js';
import { overfitting, validationIdentical } from './validation.js';
import { poorInitialisation } from './poor-initialisation.js';
import { saturatedActivation } from './saturated-activation.js';
import { sameOutput } from './same-output.js';
import { unchangedWeights } from './unchanged-weights.js';
import { updateRatio } from './update-ratio.js';
import { vanishingGradient } from './vanishing-gradient.js';

export const rules: readonly Rule[] = [
  notFinite,
  notFiniteData,
  labelsFitLoss,
  softmaxTwice,
  lossActivation,
  unreachableTargets,
  nothingToTrain,
  poorInitialisation,
  lossDiverges,
  explodingGradient,
  deadRelu,
  vanishingGradient,
  saturatedActivation,
  unchangedWeights,
  allZero,
  sameOutput,
  lossDoesNotFall,
  unnormalisedInput,
  largeTargets,
  unshuffledClasses,
  classImbalance,
  missingNonlinearity,
  dropoutAtOutput,
  batchNormOfOne,
  learningRateOdd,
  updateRatio,
  overfitting,
  validationIdentical,
];
