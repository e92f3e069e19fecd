/**
 * Follows the gradients through the layers, last layer first: where each layer's begins, and, where that
 * is wanted, where it is done and what the gradients of its weights are. Knows no breakpoints.
 */
import * as tf from '@tensorflow/tfjs';

export interface NamedLayer {
  readonly layer: tf.layers.Layer;
  readonly name: string;
}

type Gradient = (dys: unknown) => Record<string, () => tf.Tensor>;

export interface TapeNode {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  gradient?: Gradient;
}

export interface LayerGradientsListener {
  /** Another layer's gradient comes next, or none's. */
  moves(): void;
  /** The gradient of the layer begins, with what comes from the layers after it. */
  begins(layer: NamedLayer, dys: readonly tf.Tensor[]): void;
  /** Its last op has run: gradients of its weights by variable, or what goes on where it has none. */
  ends(layer: NamedLayer, made: Readonly<Record<string, tf.Tensor>>): void;
}

export class LayerGradients {
  /** Whose op's gradient is being taken. */
  layer: NamedLayer | undefined;
  /** Whether layers are followed to the end of their gradients. */
  follows = false;
  /** By the place in the tape. */
  private readonly layers: (NamedLayer | undefined)[] = [];
  private readonly remaining = new Map<NamedLayer, number>();
  private counted:
    | {
        readonly layers: readonly (NamedLayer | undefined)[];
        readonly xs: readonly number[];
        readonly counts: ReadonlyMap<NamedLayer, number>;
      }
    | undefined;
  /** What one has got to, before the gradient of the next op begins. */
  private underWay: NamedLayer | undefined;
  private made: Record<string, tf.Tensor> = {};
  private readonly madeBy = new Map<NamedLayer, Record<string, tf.Tensor>>();
  /** A sum of two ways to one weight may follow. */
  private maySum:
    { readonly variable: string; readonly part: tf.Tensor; readonly of: Record<string, tf.Tensor> } | undefined;

  /** Takes the gradients of weights in, by the name of the variable. */
  constructor(
    private readonly gradients: Map<string, tf.Tensor>,
    private readonly listener: LayerGradientsListener,
  ) {}

  /** A step begins. */
  begin(): void {
    this.layer = undefined;
    this.underWay = undefined;
    this.follows = false;
    this.remaining.clear();
    this.madeBy.clear();
    this.maySum = undefined;
  }

  /** The last node of the tape has just been recorded, inside of this layer. */
  follow(tape: readonly TapeNode[], layer: NamedLayer | undefined): void {
    const at = tape.length - 1;
    this.layers[at] = layer;
    const node = tape[at]!;
    const { gradient } = node;
    if (!gradient) return;
    node.gradient = (dys) => {
      this.enter(layer, dys as readonly tf.Tensor[]);
      const parts = gradient(dys);
      return this.follows ? this.followed(node, parts) : parts;
    };
  }

  /** The forward pass from `xs` to `y` is recorded; gradients come next. */
  beginBackward(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor, follows: boolean): void {
    this.begin();
    this.follows = follows;
    if (!follows) return;
    for (const [layer, count] of this.countsFor(tape, xs, y)) this.remaining.set(layer, count);
  }

  /** How many ops of each layer gradients will be taken of. Steps whose ops are of the same layers count alike. */
  private countsFor(
    tape: readonly TapeNode[],
    xs: readonly tf.Tensor[],
    y: tf.Tensor,
  ): ReadonlyMap<NamedLayer, number> {
    const { layers, counted } = this;
    const { length } = tape;
    const isSame =
      counted?.layers.length === length &&
      counted.xs.length === xs.length &&
      counted.xs.every((id, at) => id === xs[at]!.id) &&
      counted.layers.every((layer, at) => layer === layers[at]);
    if (isSame) return counted.counts;
    const counts = new Map<NamedLayer, number>();
    for (const at of nodesBetween(tape, xs, y)) {
      const layer = layers[at];
      if (layer) counts.set(layer, (counts.get(layer) ?? 0) + 1);
    }
    this.counted = { layers: layers.slice(0, length), xs: xs.map(({ id }) => id), counts };
    return counts;
  }

  /** All gradients have been taken. */
  end(): void {
    this.leave();
    this.layer = undefined;
    this.follows = false;
  }

  /** An op has run: one that sums the gradients of several ways to a weight gives the weight's. */
  added(op: string, inputs: Readonly<Record<string, unknown>>, sum: unknown): void {
    const { maySum } = this;
    if (!maySum || op !== tf.Add || inputs['b'] !== maySum.part || !(sum instanceof tf.Tensor)) return;
    this.gradients.set(maySum.variable, sum);
    maySum.of[maySum.variable] = sum;
    this.maySum = undefined;
  }

  private enter(layer: NamedLayer | undefined, dys: readonly tf.Tensor[]): void {
    this.leave();
    const begins = layer !== undefined && layer !== this.layer;
    if (layer !== this.layer) this.listener.moves();
    this.layer = layer;
    this.underWay = layer;
    if (this.follows) {
      // Outside of layers, weights have gradients by their regularizers.
      this.made = (layer && this.madeBy.get(layer)) ?? {};
      if (layer) this.madeBy.set(layer, this.made);
    }
    if (begins)
      this.listener.begins(
        layer,
        dys.filter((dy) => dy instanceof tf.Tensor),
      );
  }

  /** The gradient of the op under way is done. */
  private leave(): void {
    const { underWay } = this;
    this.underWay = undefined;
    if (!this.follows || !underWay) return;
    const left = (this.remaining.get(underWay) ?? 0) - 1;
    this.remaining.set(underWay, left);
    if (left === 0) this.listener.ends(underWay, this.madeBy.get(underWay) ?? {});
  }

  /** Takes in what comes of them; `parts` are the library's own, made for this one use. */
  private followed(node: TapeNode, parts: ReturnType<Gradient>): ReturnType<Gradient> {
    const { made, underWay } = this;
    const passesOn = underWay?.layer.trainableWeights.length === 0;
    for (const name of Object.keys(parts)) {
      const x = node.inputs[name];
      const part = parts[name]!;
      if (x instanceof tf.Variable) parts[name] = () => this.takeIn(x.name, part(), made);
      else if (passesOn) parts[name] = () => (made[passedOn] = part());
    }
    return parts;
  }

  private takeIn(variable: string, part: tf.Tensor, made: Record<string, tf.Tensor>): tf.Tensor {
    if (this.gradients.has(variable)) this.maySum = { variable, part, of: made };
    else {
      this.gradients.set(variable, part);
      made[variable] = part;
    }
    return part;
  }
}

/** Stands among the gradients of a layer's weights for what goes on to the layer before it. */
export const passedOn = '';

/** Places in the tape of what lies between: as the library chooses what to take gradients of. */
function nodesBetween(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor): number[] {
  const fromXs = new Set(xs.map(({ id }) => id));
  const forward = tape.map(({ inputs, outputs }) => {
    const reached = Object.values(inputs).some(({ id }) => fromXs.has(id));
    if (reached) for (const { id } of outputs) fromXs.add(id);
    return reached;
  });
  const toY = new Set([y.id]);
  const between: number[] = [];
  for (let at = tape.length - 1; at >= 0; at--) {
    const { inputs, outputs } = tape[at]!;
    if (!outputs.some(({ id }) => toY.has(id))) continue;
    for (const { id } of Object.values(inputs)) toY.add(id);
    if (forward[at]) between.push(at);
  }
  return between;
}
