/**
 * A regression forest as Breiman (2001) describes it, grown tree by tree, so that a window can draw in between: bootstrap
 * samples, splits by the decrease in squared error, all features tried at each. Equal seeds give equal forests. Knows no runs.
 */

const TREES = 100;
/** A leaf's targets are equal but for rounding. */
const PURE = 1e-12;

interface Tree {
  readonly feature: number[];
  /** What is at most this goes left. */
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  /** Rows on the left, of those in the node. */
  readonly count: number;
  readonly gain: number;
}

export class RandomForest {
  private readonly rows: number;
  /** Of each feature: the rows by its value. */
  private readonly orders: readonly Int32Array[];
  private readonly random: () => number;
  private readonly targets: Float64Array;
  private readonly variation: number;
  private readonly gains: Float64Array;
  /** Of rows in trees that were grown without them. */
  private readonly outOfBag: { readonly sum: Float64Array; readonly count: Int32Array };
  private grown = 0;

  /** @param features one array a feature, finite, a number a row; @param targets finite, a number a row */
  constructor(
    private readonly features: readonly Float64Array[],
    targets: Float64Array,
    seed: number,
  ) {
    this.rows = targets.length;
    const mean = targets.reduce((sum, value) => sum + value, 0) / this.rows;
    this.targets = targets.map((value) => value - mean);
    this.variation = this.targets.reduce((sum, value) => sum + value * value, 0);
    this.orders = features.map((values) =>
      new Int32Array(this.rows).map((_, row) => row).sort((a, b) => values[a]! - values[b]! || a - b),
    );
    this.gains = new Float64Array(features.length);
    this.outOfBag = { sum: new Float64Array(this.rows), count: new Int32Array(this.rows) };
    this.random = mulberry32(seed);
  }

  get isGrown(): boolean {
    return this.grown >= TREES;
  }

  /** How far it is, from 0 to 1. */
  get progress(): number {
    return this.grown / TREES;
  }

  /** One more tree. */
  grow(): void {
    const weights = new Int32Array(this.rows);
    for (let draw = 0; draw < this.rows; draw++) weights[Math.floor(this.random() * this.rows)]!++;
    const gains = new Float64Array(this.features.length);
    const tree = this.growTree(weights, gains);
    const total = gains.reduce((sum, gain) => sum + gain, 0);
    if (total > 0) gains.forEach((gain, feature) => (this.gains[feature]! += gain / total));
    for (let row = 0; row < this.rows; row++) {
      if (weights[row]! > 0) continue;
      this.outOfBag.sum[row]! += this.foretell(tree, row);
      this.outOfBag.count[row]!++;
    }
    this.grown++;
  }

  /** Mean decrease in impurity, a share a feature; they sum up to 1, or are all 0 where nothing helps. */
  get importances(): Float64Array {
    const total = this.gains.reduce((sum, gain) => sum + gain, 0);
    return total > 0 ? this.gains.map((gain) => gain / total) : this.gains.slice();
  }

  /** R² of what trees say of rows that they have not seen: 1 is all, 0 no better than the mean. */
  get outOfBagScore(): number {
    if (this.variation === 0) return 0;
    let missed = 0;
    let seen = 0;
    for (let row = 0; row < this.rows; row++) {
      const count = this.outOfBag.count[row]!;
      if (count === 0) continue;
      missed += (this.outOfBag.sum[row]! / count - this.targets[row]!) ** 2;
      seen += this.targets[row]! ** 2;
    }
    return seen > 0 ? 1 - missed / seen : 0;
  }

  private growTree(weights: Int32Array, gains: Float64Array): Tree {
    const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] };
    const orders = this.orders.map((order) => order.filter((row) => weights[row]! > 0));
    const isLeft = new Uint8Array(this.rows);
    const moved = new Int32Array(this.rows);
    const leaf = (): number => tree.value.push(0) - 1;
    const open = [{ node: leaf(), from: 0, to: orders[0]?.length ?? 0 }];
    for (let part = open.pop(); part; part = open.pop()) {
      const { node, from, to } = part;
      let weight = 0;
      let sum = 0;
      let squares = 0;
      for (let at = from; at < to; at++) {
        const row = orders[0]![at]!;
        const target = this.targets[row]!;
        weight += weights[row]!;
        sum += weights[row]! * target;
        squares += weights[row]! * target * target;
      }
      tree.value[node] = weight > 0 ? sum / weight : 0;
      if (to - from < 2 || squares - (sum * sum) / weight <= PURE * this.variation) continue;
      const split = this.bestSplit(orders, weights, from, to, weight, sum);
      if (!split) continue;
      gains[split.feature]! += split.gain;
      const middle = from + split.count;
      const chosen = orders[split.feature]!;
      for (let at = from; at < to; at++) isLeft[chosen[at]!] = at < middle ? 1 : 0;
      for (const order of orders) {
        let left = from;
        let right = middle;
        for (let at = from; at < to; at++) moved[isLeft[order[at]!] ? left++ : right++] = order[at]!;
        order.set(moved.subarray(from, to), from);
      }
      tree.feature[node] = split.feature;
      tree.threshold[node] = split.threshold;
      tree.left[node] = leaf();
      tree.right[node] = leaf();
      open.push({ node: tree.left[node], from, to: middle }, { node: tree.right[node], from: middle, to });
    }
    return tree;
  }

  private bestSplit(
    orders: readonly Int32Array[],
    weights: Int32Array,
    from: number,
    to: number,
    weight: number,
    sum: number,
  ): Split | undefined {
    const whole = (sum * sum) / weight;
    let best: Split | undefined;
    // Of features that split equally well none is to be favoured for its place.
    const first = Math.floor(this.random() * orders.length);
    for (let turn = 0; turn < orders.length; turn++) {
      const feature = (first + turn) % orders.length;
      const order = orders[feature]!;
      const values = this.features[feature]!;
      if (values[order[from]!] === values[order[to - 1]!]) continue;
      let leftWeight = 0;
      let leftSum = 0;
      for (let at = from; at < to - 1; at++) {
        const row = order[at]!;
        leftWeight += weights[row]!;
        leftSum += weights[row]! * this.targets[row]!;
        const [value, next] = [values[row]!, values[order[at + 1]!]!];
        if (value === next) continue;
        const rightSum = sum - leftSum;
        const gain = (leftSum * leftSum) / leftWeight + (rightSum * rightSum) / (weight - leftWeight) - whole;
        if (gain <= (best?.gain ?? 0)) continue;
        const threshold = value + (next - value) / 2;
        best = { feature, threshold: threshold < next ? threshold : value, count: at + 1 - from, gain };
      }
    }
    return best;
  }

  private foretell(tree: Tree, row: number): number {
    let node = 0;
    for (;;) {
      const feature = tree.feature[node];
      if (feature === undefined) return tree.value[node]!;
      node = this.features[feature]![row]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
    }
  }
}

/** Tommy Ettinger's generator of numbers from 0 to 1 (public domain): small, and good enough for samples. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
