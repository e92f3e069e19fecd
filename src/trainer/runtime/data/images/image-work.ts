/**
 * What is done to images off the training thread: looking at files, and making the pixels of whole batches
 * from decoded, cached images. The same code runs in workers and, where there are none, in the process
 * itself. Knows no threads, no tensors and no passes.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { drawHand } from '../generated/hand-drawing.js';
import type { Gesture } from '../generated/hand-pose.js';
import { type Augmentation, copyPixels, drawAffine, warpPixels } from './augmentation.js';
import { decodeImage, decodingReason, drawPixels, pixelBytes, type PixelShape } from './decode-image.js';
import { headerBytes, judgeHeader, tailBytes } from './image-header.js';

export type ImageSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'hand'; readonly gesture: Gesture; readonly seed: number };

/** All images of a data set, numbered; those of one class and part lie side by side. */
export interface ImageSet {
  readonly shape: PixelShape;
  readonly sources: readonly ImageSource[];
  /** Ascending: where each class of each part ends. */
  readonly groupEnds: readonly number[];
  /** Room for the pixels of the first images, shared by all threads, and a flag for each that is there. */
  readonly cache: { readonly pixels: SharedArrayBuffer; readonly ready: SharedArrayBuffer };
}

export interface InspectTask {
  readonly kind: 'inspect';
  readonly paths: readonly string[];
}
export interface BatchTask {
  readonly kind: 'batch';
  readonly examples: Int32Array;
  readonly seed: number;
  readonly epoch: number;
  readonly augmentation?: Augmentation;
}
export interface OpenTask {
  readonly kind: 'open';
  readonly set: ImageSet;
}
export type ImageTask = InspectTask | BatchTask | OpenTask;

/** An image that looked whole but could not be decoded; its place is taken by another of its class. */
export interface Replacement {
  readonly example: number;
  readonly by: number;
  readonly reason: string;
}

export interface ImageTaskResults {
  /** For each path why it cannot be used, `undefined` where it can. */
  readonly inspect: readonly (string | undefined)[];
  /** NHWC in 0…1; the buffer belongs to whoever receives it. */
  readonly batch: { readonly pixels: Float32Array<ArrayBuffer>; readonly replacements: readonly Replacement[] };
  readonly open: undefined;
}

export class ImageWork {
  private set: ImageSet | undefined;
  private pixels: Uint8Array = new Uint8Array(0);
  private ready: Int32Array = new Int32Array(0);

  run<T extends ImageTask>(task: T): Promise<ImageTaskResults[T['kind']]>;
  async run(task: ImageTask): Promise<ImageTaskResults[ImageTask['kind']]> {
    switch (task.kind) {
      case 'open':
        this.set = task.set;
        this.pixels = new Uint8Array(task.set.cache.pixels);
        this.ready = new Int32Array(task.set.cache.ready);
        return undefined;
      case 'inspect':
        return await Promise.all(task.paths.map(inspectFile));
      case 'batch':
        return await this.batch(task);
    }
  }

  private async batch({ examples, seed, epoch, augmentation }: BatchTask): Promise<ImageTaskResults['batch']> {
    const { shape } = this.opened();
    const bytes = pixelBytes(shape);
    const pixels = new Float32Array(examples.length * bytes);
    const replacements: Replacement[] = [];
    await Promise.all(
      Array.from(examples, async (example, place) => {
        const decoded = await this.decoded(example, replacements);
        const affine = drawAffine(augmentation, shape, seed, epoch, example);
        if (affine) warpPixels(decoded, shape, affine, pixels, place * bytes);
        else copyPixels(decoded, pixels, place * bytes);
      }),
    );
    return { pixels, replacements };
  }

  /** From the cache where it is there. Two threads may decode the same image at once: both write the same bytes. */
  private async decoded(example: number, replacements: Replacement[]): Promise<Uint8Array> {
    const { sources, groupEnds, shape } = this.opened();
    const bytes = pixelBytes(shape);
    const cached = example < this.ready.length;
    const slot = cached ? this.pixels.subarray(example * bytes, (example + 1) * bytes) : undefined;
    if (slot && Atomics.load(this.ready, example) === 1) return slot;

    const group = groupEnds.findIndex((end) => example < end);
    const start = group === 0 ? 0 : groupEnds[group - 1]!;
    const count = groupEnds[group]! - start;
    let firstReason: string | undefined;
    // The next of the class that decodes: it follows from the files alone, not from the threads' timing.
    for (let distance = 0; distance < count; distance++) {
      const candidate = start + ((example - start + distance) % count);
      try {
        const pixels = await decodeSource(sources[candidate]!, shape);
        if (firstReason !== undefined) replacements.push({ example, by: candidate, reason: firstReason });
        if (!slot) return pixels;
        slot.set(pixels);
        Atomics.store(this.ready, example, 1);
        return slot;
      } catch (error) {
        firstReason ??= decodingReason(error);
      }
    }
    const source = sources[example]!;
    throw new Error(
      `No image of this class can be decoded any more${source.kind === 'file' ? `; ${source.path}: ${firstReason}` : ''}`,
    );
  }

  private opened(): ImageSet {
    if (!this.set) throw new Error('no images were opened');
    return this.set;
  }
}

async function decodeSource(source: ImageSource, shape: PixelShape): Promise<Uint8Array> {
  switch (source.kind) {
    case 'file':
      return decodeImage(await readFile(source.path), shape);
    case 'hand':
      return drawPixels(drawHand(source.gesture, shape, source.seed), shape);
  }
}

/** Small enough to cost nothing beyond decoding. */
const probe: PixelShape = { height: 8, width: 8, channels: 3 };

async function inspectFile(path: string): Promise<string | undefined> {
  try {
    const { head, tail, size } = readEnds(path);
    const verdict = judgeHeader(head, tail, size);
    if (verdict.kind === 'unusable') return verdict.reason;
    if (verdict.kind === 'doubtful') await decodeImage(await readFile(path), probe);
    return undefined;
  } catch (error) {
    return decodingReason(error);
  }
}

function readEnds(path: string): { readonly head: Uint8Array; readonly tail: Uint8Array; readonly size: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = new Uint8Array(Math.min(headerBytes, size));
    const tail = new Uint8Array(Math.min(tailBytes, size));
    readSync(file, head, 0, head.length, 0);
    readSync(file, tail, 0, tail.length, size - tail.length);
    return { head, tail, size };
  } finally {
    closeSync(file);
  }
}
