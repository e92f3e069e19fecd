/**
 * Passes over images in batches that are made ahead, off this thread. Order and augmentation follow from
 * (seed, epoch, example) alone. Knows no folders; makes tensors only when a batch is handed out.
 */
import * as tf from '@tensorflow/tfjs';
import type { Batch, BatchIterator, BatchStream, Pass } from '../batch-stream.js';
import { labelTensor, type LabelMode } from '../labels.js';
import { shuffledOrder } from '../random.js';
import type { Augmentation } from './augmentation.js';
import type { PixelShape } from './decode-image.js';
import type { ImageTaskResults, Replacement } from './image-work.js';
import type { ImageWorkers } from './image-workers.js';

/** Batches made ahead: enough to bridge a hiccup, few enough not to fill memory. */
const ahead = 3;

export interface ImageStreamOptions {
  readonly workers: ImageWorkers;
  readonly shape: PixelShape;
  /** This stream's images among those of the data set. */
  readonly first: number;
  readonly classes: Int32Array;
  readonly names: readonly string[];
  readonly classCount: number;
  readonly labelMode: LabelMode;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly augmentation?: Augmentation;
  readonly onReplaced: (replacements: readonly Replacement[]) => void;
}

export class ImageStream implements BatchStream {
  readonly examples: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;

  constructor(private readonly options: ImageStreamOptions) {
    this.examples = options.classes.length;
    this.batchSize = options.batchSize;
    this.batchesPerEpoch = Math.ceil(this.examples / this.batchSize);
  }

  open(pass: Pass): BatchIterator {
    const order = this.options.shuffle
      ? shuffledOrder(this.examples, pass.seed, pass.epoch)
      : Int32Array.from({ length: this.examples }, (_, index) => index);
    return new ImageBatches(this.options, pass, order);
  }
}

interface Ordered {
  readonly picked: Int32Array;
  readonly pixels: Promise<ImageTaskResults['batch']>;
}

class ImageBatches implements BatchIterator {
  private readonly queue: Ordered[] = [];
  private at: number;
  private closed = false;

  constructor(
    private readonly options: ImageStreamOptions,
    private readonly pass: Pass,
    private readonly order: Int32Array,
  ) {
    this.at = pass.skip * options.batchSize;
    this.fill();
  }

  async next(): Promise<Batch | undefined> {
    const ordered = this.closed ? undefined : this.queue.shift();
    if (!ordered) return undefined;
    this.fill();
    const { pixels, replacements } = await ordered.pixels;
    const { shape, classes, names, classCount, labelMode, onReplaced } = this.options;
    if (replacements.length > 0) onReplaced(replacements);
    const size = ordered.picked.length;
    const labels = Int32Array.from(ordered.picked, (index) => classes[index]!);
    return {
      xs: tf.tensor4d(pixels, [size, shape.height, shape.width, shape.channels], 'float32'),
      ys: labelTensor(labels, classCount, labelMode),
      size,
      names: Array.from(ordered.picked, (index) => names[index]!),
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.queue.length = 0;
  }

  private fill(): void {
    const { workers, batchSize, first, augmentation } = this.options;
    while (this.queue.length < ahead && this.at < this.order.length) {
      const picked = this.order.slice(this.at, this.at + batchSize);
      this.at += picked.length;
      const { seed, epoch } = this.pass;
      const examples = picked.map((index) => first + index);
      const pixels = workers.run({ kind: 'batch', examples, seed, epoch, augmentation });
      // A batch that fails before it is asked for says so when it is asked for, not as an unhandled rejection.
      pixels.catch(() => undefined);
      this.queue.push({ picked, pixels });
    }
  }
}
