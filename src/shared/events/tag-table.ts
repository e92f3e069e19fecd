/**
 * Numbers for tags by their bytes: a file names the same few tags in each of millions of records, and making a string
 * of each would take longer than everything else. Knows nothing of what a tag is for.
 */

/** Of a file that names more, somebody writes numbers into names: further ones are not told apart. */
const MOST_TAGS = 500_000;
const MOST_BYTES = 64 * 2 ** 20;

export class TagTable {
  /** Open addressing: number + 1, 0 where the place is free. */
  private places = new Int32Array(256);
  private hashes = new Int32Array(128);
  /** Where each tag's bytes end in `text`; they begin where the one before ends. */
  private ends = new Uint32Array(128);
  private text = new Uint8Array(4096);
  private used = 0;

  /** The number of `bytes[from … to − 1]`, counted from 0 in the order of their first appearance; −1 where there are too many. */
  numberOf(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    hash ^= hash >>> 15;
    const mask = this.places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const number = this.places[place]! - 1;
      if (number < 0) return this.add(hash, place, bytes, from, to);
      if (this.hashes[number] === hash && this.is(number, bytes, from, to)) return number;
    }
  }

  private is(number: number, bytes: Uint8Array, from: number, to: number): boolean {
    let own = number === 0 ? 0 : this.ends[number - 1]!;
    if (this.ends[number]! - own !== to - from) return false;
    for (let at = from; at < to; at++) if (this.text[own++] !== bytes[at]) return false;
    return true;
  }

  private add(hash: number, place: number, bytes: Uint8Array, from: number, to: number): number {
    const number = this.used++;
    const start = number === 0 ? 0 : this.ends[number - 1]!;
    const end = start + (to - from);
    if (this.used > MOST_TAGS || end > MOST_BYTES) {
      this.used--;
      return -1;
    }
    if (end > this.text.length) this.text = copied(this.text, new Uint8Array(Math.max(end, 2 * this.text.length)));
    this.text.set(bytes.subarray(from, to), start);
    if (number === this.ends.length) {
      this.ends = copied(this.ends, new Uint32Array(2 * number));
      this.hashes = copied(this.hashes, new Int32Array(2 * number));
    }
    this.ends[number] = end;
    this.hashes[number] = hash;
    this.places[place] = this.used;
    if (2 * this.used > this.places.length) this.spread();
    return number;
  }

  private spread(): void {
    const places = new Int32Array(2 * this.places.length);
    const mask = places.length - 1;
    for (let number = 0; number < this.used; number++) {
      let place = this.hashes[number]! & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = number + 1;
    }
    this.places = places;
  }
}

function copied<A extends Uint8Array | Uint32Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
