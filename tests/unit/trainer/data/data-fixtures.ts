/** Small folders of images and tables for tests of the data sets, made anew for each test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { Problem } from '../../../../src/shared/protocol/training.js';
import type {
  Batch,
  BatchStream,
  DataEnvironment,
  LoadedData,
  Pass,
} from '../../../../src/trainer/runtime/data/batch-stream.js';

/** Real data for tests; undefined, with a printed reason, where it is absent. */
export function realData(name: string): string | undefined {
  const root = path.resolve(process.env['BACKSTEP_TEST_DATA'] ?? path.join(process.cwd(), '../shared/data'));
  const folder = path.join(root, name);
  if (existsSync(folder)) return folder;
  console.log(`skipped: ${folder} is not there; set BACKSTEP_TEST_DATA to the folder of test data`);
  return undefined;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestEnvironment extends DataEnvironment {
  readonly problems: Problem[];
}

export function environment(experimentDir: string, more: Partial<DataEnvironment> = {}): TestEnvironment {
  const problems: Problem[] = [];
  return {
    experimentDir,
    namedFolders: {},
    cacheDir: path.join(experimentDir, 'no-cache'),
    seed: 7,
    notify: (problem) => problems.push(problem),
    progress: () => undefined,
    ...more,
    problems,
  };
}

export type Format = 'jpg' | 'png' | 'webp' | 'bmp';

/** A picture of one colour with a darker square in its upper left quarter; `number` moves the colour a little. */
export async function picture(
  colour: readonly [number, number, number],
  number: number,
  format: Format = 'png',
  size = 24,
): Promise<Buffer> {
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = x < size / 2 && y < size / 2 ? 0.5 : 1;
      colour.forEach((value, channel) => {
        pixels[(y * size + x) * 3 + channel] = Math.max(0, Math.round(value * dark) - number);
      });
    }
  }
  if (format === 'bmp') return bitmap(pixels, size, size);
  const image = sharp(pixels, { raw: { width: size, height: size, channels: 3 } });
  if (format === 'jpg') return await image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  if (format === 'webp') return await image.webp({ lossless: true }).toBuffer();
  return await image.png().toBuffer();
}

/** A 24-bit Windows bitmap, rows from the bottom. */
export function bitmap(rgb: Uint8Array, width: number, height: number): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((height - 1 - y) * width + x) * 3;
      const to = 54 + y * stride + x * 3;
      file[to] = rgb[from + 2]!;
      file[to + 1] = rgb[from + 1]!;
      file[to + 2] = rgb[from]!;
    }
  }
  return file;
}

export const colours: Readonly<Record<string, readonly [number, number, number]>> = {
  blue: [40, 60, 220],
  green: [50, 200, 60],
  red: [220, 40, 40],
};

/** `<root>/<class>/000.png` and so on. */
export async function classFolders(
  root: string,
  counts: Readonly<Record<string, number>>,
  format: Format = 'png',
): Promise<void> {
  for (const [className, count] of Object.entries(counts)) {
    const folder = path.join(root, className);
    mkdirSync(folder, { recursive: true });
    for (let number = 0; number < count; number++) {
      const name = `${String(number).padStart(3, '0')}.${format}`;
      writeFileSync(path.join(folder, name), await picture(colours[className] ?? [128, 128, 128], number, format));
    }
  }
}

export interface SeenBatch {
  readonly xs: readonly number[];
  readonly xsShape: readonly number[];
  readonly ys: readonly number[];
  readonly ysShape: readonly number[];
  readonly names: readonly string[];
  readonly size: number;
}

function see(batch: Batch): SeenBatch {
  const [xs, ys] = [batch.xs as tf.Tensor, batch.ys as tf.Tensor];
  const seen = {
    xs: Array.from(xs.dataSync()),
    xsShape: xs.shape,
    ys: Array.from(ys.dataSync()),
    ysShape: ys.shape,
    names: [...(batch.names ?? [])],
    size: batch.size,
  };
  tf.dispose([xs, ys]);
  return seen;
}

/** All batches of one pass, by value. */
export async function readPass(stream: BatchStream, pass: Partial<Pass> = {}): Promise<SeenBatch[]> {
  const iterator = stream.open({ seed: 7, epoch: 1, skip: 0, ...pass });
  const batches: SeenBatch[] = [];
  for (let batch = await iterator.next(); batch; batch = await iterator.next()) batches.push(see(batch));
  await iterator.close();
  return batches;
}

export async function withData<T>(data: LoadedData, use: (data: LoadedData) => Promise<T>): Promise<T> {
  try {
    return await use(data);
  } finally {
    await data.close();
  }
}
