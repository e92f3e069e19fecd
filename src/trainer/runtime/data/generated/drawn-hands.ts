/** The generated stand-in for Rock-Paper-Scissors: as many images a class as the original has. Draws nothing itself. */
import type { ImageSource } from '../images/image-work.js';
import { handSeed } from './hand-drawing.js';
import { gestures } from './hand-pose.js';

interface DrawnClass {
  readonly className: string;
  readonly images: readonly { readonly name: string; readonly source: ImageSource }[];
}

const counts = { train: 840, test: 124 } as const;

export function drawnHands(): {
  readonly classNames: readonly string[];
  readonly train: readonly DrawnClass[];
  readonly test: readonly DrawnClass[];
} {
  const part = (name: 'train' | 'test'): DrawnClass[] =>
    gestures.map((gesture) => ({
      className: gesture,
      images: Array.from({ length: counts[name] }, (_, index) => ({
        name: `generated/${name}/${gesture}-${String(index + 1).padStart(3, '0')}`,
        source: { kind: 'hand', gesture, seed: handSeed(name, gesture, index) },
      })),
    }));
  return { classNames: [...gestures], train: part('train'), test: part('test') };
}
