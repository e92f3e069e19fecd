/**
 * Numbers that sum up tensors of a step, as nodes of its graph: each costs a pass over its tensor where it
 * is fetched, and nothing where it is not. They are right where all values are finite, which the ones that
 * `tellsFinite` show. Knows no session.
 */
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import type { SummaryNumber } from '../../../shared/protocol/training.js';
import type { TensorSummary } from '../step-summaries.js';
import { output, type, typeOf, type AttributeValue, type Graph, type GraphNode, type Output } from './graph.js';
import { sizeOf } from './native.js';

/** What there is of one tensor; all scalars of float32. */
export interface SummaryOutputs {
  readonly size: number;
  /** ½ Σ x². */
  readonly half: Output;
  /** Finite if and only if all values are (or too large to be squared); cheaper than `half` where it is another. */
  readonly finite: Output;
  readonly min: Output;
  readonly max: Output;
  readonly mean: Output;
  /** ½ Σ (x − mean)². */
  readonly halfSpread: Output;
  readonly zeros: Output;
}

export type SummaryPart = Exclude<keyof SummaryOutputs, 'size'>;

/** What has to be fetched for a number. */
const partsOf: Readonly<Record<SummaryNumber, SummaryPart>> = {
  norm: 'half',
  notFinite: 'finite',
  min: 'min',
  max: 'max',
  mean: 'mean',
  spread: 'halfSpread',
  zeros: 'zeros',
};
const tellsFinite: ReadonlySet<SummaryPart> = new Set(['half', 'finite', 'mean', 'halfSpread']);

export function partsFor(numbers: readonly SummaryNumber[]): readonly SummaryPart[] {
  const parts = [...new Set(numbers.map((number) => partsOf[number]))];
  return parts.some((part) => tellsFinite.has(part)) ? parts : [...parts, 'finite'];
}

/** `undefined` where a value may not be finite: then the numbers are of no use. */
export function summaryOf(
  size: number,
  values: Readonly<Partial<Record<SummaryPart, number>>>,
): TensorSummary | undefined {
  for (const [part, value] of Object.entries(values)) {
    if (tellsFinite.has(part as SummaryPart) && !Number.isFinite(value)) return undefined;
  }
  const { half = NaN, min = NaN, max = NaN, mean = NaN, halfSpread = NaN, zeros = NaN } = values;
  return {
    size,
    norm: Math.sqrt(2 * half),
    // Adding zero makes the zero that −0 is for a person.
    min: min + 0,
    max: max + 0,
    mean,
    spread: Math.sqrt((2 * halfSpread) / size),
    zeros,
    notFinite: 0,
  };
}

/** What gives nothing but values that it was given: if those are finite, so are its own. */
const passesOn: ReadonlySet<string> = new Set(['MaxPool', 'Reshape', 'Identity', 'Squeeze', 'ExpandDims', 'Transpose']);

export class SummaryNodes {
  private readonly axes = new Map<number, Output>();
  private readonly halves = new Map<GraphNode, Map<number, Output>>();
  private zero: Output | undefined;

  constructor(private readonly graph: Graph) {}

  /**
   * @param half where it is in the graph already
   * @returns `undefined` for what is neither of float32 nor has values
   */
  of(name: string, value: Output, half?: Output): SummaryOutputs | undefined {
    const { dtype, shape } = typeOf(value);
    const size = sizeOf(shape);
    if (dtype !== DataType.DT_FLOAT || size === 0) return undefined;
    const { graph } = this;
    const mean = this.reduce('Mean', `${name}/mean`, value);
    const distance = graph.math('Sub', `${name}/distance`, [value, mean]);
    return {
      size,
      half: half ?? this.halfOf(name, value),
      finite: half ?? this.halfOf(name, originOf(value)),
      min: this.reduce('Min', `${name}/min`, value),
      max: this.reduce('Max', `${name}/max`, value),
      mean,
      halfSpread: graph.math('L2Loss', `${name}/spread`, [distance], []),
      zeros: this.zerosOf(name, value),
    };
  }

  private halfOf(name: string, value: Output): Output {
    let ports = this.halves.get(value.node);
    if (!ports) this.halves.set(value.node, (ports = new Map()));
    let half = ports.get(value.port);
    if (!half) ports.set(value.port, (half = this.graph.math('L2Loss', `${name}/half`, [value], [])));
    return half;
  }

  private zerosOf(name: string, value: Output): Output {
    const { graph } = this;
    this.zero ??= graph.float('summaries/zero', 0);
    const { shape } = typeOf(value);
    const isZero = graph.add('Equal', `${name}/is_zero`, {
      inputs: [value, this.zero],
      attributes: { T: type(DataType.DT_FLOAT), incompatible_shape_error: YES },
      outputs: [{ dtype: DataType.DT_BOOL, shape }],
    });
    const ones = graph.add('Cast', `${name}/ones`, {
      inputs: [output(isZero)],
      attributes: { SrcT: type(DataType.DT_BOOL), DstT: type(DataType.DT_FLOAT) },
      outputs: [{ dtype: DataType.DT_FLOAT, shape }],
    });
    return this.reduce('Mean', `${name}/zeros`, output(ones));
  }

  private reduce(op: 'Min' | 'Max' | 'Mean', name: string, value: Output): Output {
    const { graph } = this;
    const rank = typeOf(value).shape.length;
    let axes = this.axes.get(rank);
    if (!axes) {
      const all = Array.from({ length: rank }, (_, axis) => axis);
      this.axes.set(rank, (axes = graph.ints(`summaries/axes_${rank}`, all)));
    }
    const attributes: Record<string, AttributeValue> = {
      T: type(DataType.DT_FLOAT),
      Tidx: type(DataType.DT_INT32),
      keep_dims: { kind: 'bool', value: false },
    };
    const outputs = [{ dtype: DataType.DT_FLOAT, shape: [] }];
    return output(graph.add(op, name, { inputs: [value, axes], attributes, outputs }));
  }
}

const YES: AttributeValue = { kind: 'bool', value: true };

function originOf(value: Output): Output {
  let origin = value;
  while (passesOn.has(origin.node.op)) {
    const [from] = origin.node.inputs;
    if (!from || typeOf(from).dtype !== DataType.DT_FLOAT) return origin;
    origin = from;
  }
  return origin;
}

const activations = 'Relu|Relu6|LeakyRelu|Elu|Selu|Tanh|Sigmoid|Softplus|Erf|Gelu|Maximum';
const sums = 'Add|AddV2|AddN|BiasAdd';
const arithmetic = `${sums}|Sub|Mul|Div|RealDiv|Neg`;
const oneOf = (...names: readonly string[]): RegExp => new RegExp(`^(${names.join('|')})$`);
const anyArithmetic = oneOf(arithmetic);
/** What TensorFlow makes one op of, or another, where nobody else uses what is between the two. */
const rewritten: readonly { readonly op: RegExp; readonly user: RegExp }[] = [
  {
    op: oneOf('MatMul', 'BatchMatMul', 'BatchMatMulV2', 'Conv2D', 'Conv3D', 'DepthwiseConv2dNative'),
    user: oneOf(sums, 'Mul', activations),
  },
  { op: oneOf(sums), user: oneOf(sums, activations) },
  { op: oneOf('Mul', 'Div', 'RealDiv', 'Neg'), user: oneOf(arithmetic, activations) },
  { op: oneOf('Sub'), user: oneOf('Square', 'Mul') },
  { op: oneOf('Sqrt', 'Rsqrt', 'Exp', 'Square', 'Pow', 'Cast'), user: oneOf(arithmetic, 'Log', 'Pow', 'Sqrt', 'Cast') },
  { op: oneOf('Sigmoid', 'Softplus', 'Tanh'), user: oneOf('Mul') },
  { op: oneOf('Softmax'), user: oneOf('Log') },
];

/**
 * Whether somebody more can use this tensor without changing how the rest of the graph is computed, to
 * the last bit.
 */
export function canBeSeen({ node }: Output, consumers: ReadonlyMap<GraphNode, readonly GraphNode[]>): boolean {
  const usersOf = (one: GraphNode): readonly GraphNode[] => consumers.get(one) ?? [];
  let users = usersOf(node);
  while (users.length === 1 && isTakenOut(users[0]!)) users = usersOf(users[0]!);
  const [user, another] = users;
  if (!user || another) return true;
  let origin = node;
  while (isTakenOut(origin)) {
    origin = origin.inputs[0]!.node;
    if (usersOf(origin).length > 1) return true;
  }
  if (rewritten.some(({ op, user: by }) => op.test(origin.op) && by.test(user.op))) return false;
  // Constants of several ops in a row are computed into one.
  const isFixed = origin.inputs.some(({ node: from }) => from.op === 'Const' || from.op === 'Fill');
  return !(isFixed && anyArithmetic.test(origin.op) && anyArithmetic.test(user.op));
}

/** Where it changes nothing, TensorFlow leaves it out, and then sees what is on either side of it. */
function isTakenOut({ op }: GraphNode): boolean {
  return op === 'Reshape' || op === 'Identity';
}
