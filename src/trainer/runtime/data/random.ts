/**
 * Randomness that follows from numbers alone: the same seed, epoch and example give the same draw on every
 * machine, in every thread and in any order of asking. Knows no global state and never uses Math.random.
 */

/** Mixes numbers into 32 bits; MurmurHash3's block and finalizer steps (Appleby, public domain). */
export function mix(...numbers: readonly number[]): number {
  let hash = 0x9747b28c;
  for (const number of numbers) {
    let block = Math.imul(number | 0, 0xcc9e2d51);
    block = (block << 15) | (block >>> 17);
    hash ^= Math.imul(block, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= numbers.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32 bits for a name, such as that of a data set. */
export function mixText(text: string): number {
  return mix(...Array.from(text, (character) => character.codePointAt(0) ?? 0));
}

/** A stream of draws; mulberry32 (Ettinger, public domain). */
export class Random {
  private state: number;

  constructor(...seeds: readonly number[]) {
    this.state = mix(...seeds);
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** From 0 to `count` − 1. */
  integer(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** About normal, mean 0 and spread 1, never beyond ±3.5: a sum of uniform draws, the same bits on every platform. */
  normal(): number {
    let sum = 0;
    for (let draw = 0; draw < 12; draw++) sum += this.next();
    return Math.max(-3.5, Math.min(3.5, sum - 6));
  }
}

/** The numbers 0 to `count` − 1 in an order that follows from the seeds (Fisher and Yates). */
export function shuffledOrder(count: number, ...seeds: readonly number[]): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const random = new Random(...seeds);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}
