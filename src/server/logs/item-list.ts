/** Where the items of one tag are that are larger than a number: pictures, histograms, texts stay in their file. Knows no file. */
import type { ItemPlace } from '../../shared/events/event-scanner.js';

export interface Item extends ItemPlace {
  readonly step: number;
  readonly wallMs: number;
}

const FIELDS = 5;

export class ItemList {
  length = 0;
  private rows = new Float64Array(4 * FIELDS);

  push(step: number, wallMs: number, { offset, length, count }: ItemPlace): void {
    const at = this.length++ * FIELDS;
    if (at === this.rows.length) {
      const larger = new Float64Array(2 * this.rows.length);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[at] = step;
    this.rows[at + 1] = wallMs;
    this.rows[at + 2] = offset;
    this.rows[at + 3] = length;
    this.rows[at + 4] = count;
  }

  at(index: number): Item {
    const at = index * FIELDS;
    const [step, wallMs, offset, length, count] = this.rows.subarray(at, at + FIELDS);
    return { step: step!, wallMs: wallMs!, offset: offset!, length: length!, count: count! };
  }

  get bytes(): number {
    return this.rows.byteLength;
  }
}
