/** What a person writes in an experiment about summaries. Knows nothing of how they are made. */

/** What can be written beside the curves; everything that is not `false` is. */
export interface SummaryKinds {
  /** Norms of gradients, updates and weights, over all and by layer. */
  readonly norms?: boolean;
  /** Steps a second, and memory. */
  readonly performance?: boolean;
  /** Histograms of each weight. */
  readonly weights?: boolean;
  /** Histograms of each weight's gradient. */
  readonly gradients?: boolean;
  /** Histograms of each layer's output, on a few examples that stay the same. */
  readonly activations?: boolean;
  /** A few examples with their predictions, filters and feature maps of the first convolution. */
  readonly images?: boolean;
  /** Confusion matrix and precision-recall curves, of each epoch's validation. */
  readonly evaluation?: boolean;
  /** The experiment's source and settings. */
  readonly text?: boolean;
  /** A row in TensorBoard's table of hyper-parameters. */
  readonly hparams?: boolean;
  /** The model as a graph. */
  readonly graph?: boolean;
}

interface SummaryLimits {
  /** The share of training time that all may take together, from 0 to 1. Default 0.03. */
  readonly budget?: number;
  /** At least so many steps from one set of histograms or images to the next. Default 1. */
  readonly everySteps?: number;
  /** About so many sets of histograms in a run; a fifth as many of images. Default 200. */
  readonly mostSets?: number;
  /** One set of everything when training ends, beyond the budget where that is too short for it. Default true. */
  readonly atEnd?: boolean;
}

/**
 * `'default'`: everything, within 3 % of training time, and once at its end. `'all'`: everything, as often as `mostSets` allows,
 * whatever it takes. `'off'`: loss, metrics and learning rate alone.
 */
export type SummaryWishes = 'off' | 'default' | 'all' | (SummaryKinds & SummaryLimits);
