/** Seeded tensors of many shapes and kinds of values, and slow, plain answers about them to compare with. */

/** Mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function integer(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

export function shapeOf(random: () => number, rank: number, most = 7): number[] {
  return Array.from({ length: rank }, () => integer(random, 1, most));
}

type Kind = 'smooth' | 'relu' | 'far' | 'huge' | 'spoiled' | 'same' | 'spoiled all' | 'signed zeros';
export const kinds: readonly Kind[] = [
  'smooth',
  'relu',
  'far',
  'huge',
  'spoiled',
  'same',
  'spoiled all',
  'signed zeros',
];

export function floats(random: () => number, count: number, kind: Kind): Float32Array {
  const same = random() * 10 - 5;
  const one = (): number => {
    const value = random() * 2 - 1;
    switch (kind) {
      case 'smooth':
        return value;
      case 'relu':
        return Math.max(0, value);
      case 'far':
        return 1e6 + value;
      case 'huge':
        return value * 3e38;
      case 'spoiled':
        return random() < 0.2 ? [NaN, Infinity, -Infinity][integer(random, 0, 2)]! : value;
      case 'same':
        return same;
      case 'spoiled all':
        return [NaN, Infinity, -Infinity][integer(random, 0, 2)]!;
      case 'signed zeros':
        return [0, -0, 1, -1][integer(random, 0, 3)]!;
    }
  };
  return Float32Array.from({ length: count }, one);
}

/** By two passes in double precision, as a book has it. */
export function plainSum(values: ArrayLike<number>) {
  const finite = Array.from(values).filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return {
    min: finite.reduce((a, b) => Math.min(a, b), Infinity),
    max: finite.reduce((a, b) => Math.max(a, b), -Infinity),
    mean,
    spread: Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length),
    norm: Math.sqrt(finite.reduce((sum, value) => sum + value * value, 0)),
    zeros: finite.filter((value) => value === 0).length / values.length,
    notFinite: (values.length - finite.length) / values.length,
    finite,
  };
}
