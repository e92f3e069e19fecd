/** Tells pairs of numbers of 32 bits apart: many of them, quickly, in a table with open addresses. Pure. */
export class Pairs {
  private count = 0;
  private firsts: Int32Array;
  private lasts: Int32Array;
  /** One more than the pair's number; 0 where there is none. Twice as long as what it can hold. */
  private table: Int32Array;

  /** @param expected how many there may be; there can be more */
  constructor(expected: number) {
    const room = 2 ** Math.ceil(Math.log2(Math.max(16, expected)));
    this.firsts = new Int32Array(room);
    this.lasts = new Int32Array(room);
    this.table = new Int32Array(2 * room);
  }

  /** How many different ones have been met. */
  get size(): number {
    return this.count;
  }

  /** The same number for the same pair, from 0 on. */
  of(first: number, last: number): number {
    last |= 0;
    const mask = this.table.length - 1;
    let at = hash(first, last) & mask;
    for (let entry = this.table[at]!; entry > 0; entry = this.table[at]!) {
      if (this.firsts[entry - 1] === first && this.lasts[entry - 1] === last) return entry - 1;
      at = (at + 1) & mask;
    }
    if (this.count === this.firsts.length) {
      this.grow();
      return this.of(first, last);
    }
    this.firsts[this.count] = first;
    this.lasts[this.count] = last;
    this.table[at] = ++this.count;
    return this.count - 1;
  }

  private grow(): void {
    const [firsts, lasts] = [this.firsts, this.lasts];
    this.firsts = new Int32Array(2 * firsts.length);
    this.lasts = new Int32Array(2 * lasts.length);
    this.firsts.set(firsts);
    this.lasts.set(lasts);
    this.table = new Int32Array(2 * this.table.length);
    const mask = this.table.length - 1;
    for (let number = 0; number < this.count; number++) {
      let at = hash(firsts[number]!, lasts[number]!) & mask;
      while (this.table[at]! > 0) at = (at + 1) & mask;
      this.table[at] = number + 1;
    }
  }
}

/** Mixes all bits, as the finalizer of MurmurHash3 does. */
function hash(first: number, last: number): number {
  let bits = Math.imul(first, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0xc2b2ae35);
  return bits ^ (bits >>> 13);
}
