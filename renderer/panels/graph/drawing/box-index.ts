/**
 * Which of many boxes lie in a region: a packed tree over boxes sorted along a Z-shaped curve, each node the bounds
 * of sixteen. Built once, for boxes of any sizes. Pure; knows nothing of what the boxes are.
 */

/** x, y, width, height of each box, one after another. */
export type Boxes = Float64Array;

export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const NODE = 16;

export class BoxIndex {
  private readonly order: Int32Array;
  /** Left, top, right, bottom of nodes, lowest level first. */
  private readonly levels: readonly Float64Array[];

  constructor(private readonly boxes: Boxes) {
    const count = boxes.length / 4;
    this.order = alongCurve(boxes);
    const levels: Float64Array[] = [];
    let below: Float64Array | undefined;
    for (let size = Math.ceil(count / NODE); size > 0; size = size === 1 ? 0 : Math.ceil(size / NODE)) {
      const level = new Float64Array(4 * size);
      const inner = below === undefined ? count : below.length / 4;
      for (let node = 0; node < size; node++) {
        let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
        for (let at = node * NODE; at < Math.min(inner, (node + 1) * NODE); at++) {
          if (below === undefined) {
            const box = 4 * this.order[at]!;
            left = Math.min(left, boxes[box]!);
            top = Math.min(top, boxes[box + 1]!);
            right = Math.max(right, boxes[box]! + boxes[box + 2]!);
            bottom = Math.max(bottom, boxes[box + 1]! + boxes[box + 3]!);
          } else {
            left = Math.min(left, below[4 * at]!);
            top = Math.min(top, below[4 * at + 1]!);
            right = Math.max(right, below[4 * at + 2]!);
            bottom = Math.max(bottom, below[4 * at + 3]!);
          }
        }
        level.set([left, top, right, bottom], 4 * node);
      }
      levels.push(level);
      below = level;
    }
    this.levels = levels;
  }

  /** Places of the boxes that touch the region, in no order, at most `most` of them. */
  within({ x, y, width, height }: Region, most = Infinity): number[] {
    const found: number[] = [];
    const [right, bottom] = [x + width, y + height];
    const { boxes, order, levels } = this;
    const visit = (depth: number, node: number): void => {
      const level = levels[depth]!;
      const at = 4 * node;
      if (level[at]! > right || level[at + 2]! < x || level[at + 1]! > bottom || level[at + 3]! < y) return;
      const first = node * NODE;
      if (depth > 0) {
        const end = Math.min(levels[depth - 1]!.length / 4, first + NODE);
        for (let inner = first; inner < end && found.length < most; inner++) visit(depth - 1, inner);
        return;
      }
      const end = Math.min(order.length, first + NODE);
      for (let place = first; place < end && found.length < most; place++) {
        const box = 4 * order[place]!;
        if (boxes[box]! > right || boxes[box]! + boxes[box + 2]! < x) continue;
        if (boxes[box + 1]! > bottom || boxes[box + 1]! + boxes[box + 3]! < y) continue;
        found.push(order[place]!);
      }
    };
    if (levels.length > 0) visit(levels.length - 1, 0);
    return found;
  }
}

/** Boxes by their middles, so that those near one another are near in the order. */
function alongCurve(boxes: Boxes): Int32Array {
  const count = boxes.length / 4;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < boxes.length; at += 4) {
    left = Math.min(left, boxes[at]!);
    top = Math.min(top, boxes[at + 1]!);
    right = Math.max(right, boxes[at]! + boxes[at + 2]!);
    bottom = Math.max(bottom, boxes[at + 1]! + boxes[at + 3]!);
  }
  const across = 65_535 / Math.max(1, right - left);
  const down = 65_535 / Math.max(1, bottom - top);
  // Key and place in one number, which sorts quickly: 32 bits of the curve, 21 of the place.
  const keys = new Float64Array(count);
  for (let place = 0; place < count; place++) {
    const box = 4 * place;
    const x = spread((boxes[box]! + boxes[box + 2]! / 2 - left) * across);
    const y = spread((boxes[box + 1]! + boxes[box + 3]! / 2 - top) * down);
    keys[place] = (x + 2 * y) * 2 ** 21 + place;
  }
  keys.sort();
  return Int32Array.from(keys, (key) => key % 2 ** 21);
}

/** The lower 16 bits with a gap after each. */
function spread(value: number): number {
  let bits = Math.max(0, Math.min(65_535, value)) & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  bits = (bits | (bits << 1)) & 0x55555555;
  return bits >>> 0;
}
