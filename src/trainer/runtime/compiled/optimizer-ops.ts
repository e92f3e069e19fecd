/**
 * TensorFlow's own update ops in place of TensorFlow.js's arithmetic, where their formulas are the same:
 * one pass over memory instead of a dozen. Where they are not (Adagrad's and centered RMSProp's place of
 * epsilon, Adadelta's order, Adamax's decay), or the step does anything else with a weight, the arithmetic
 * stays.
 */
import * as tf from '@tensorflow/tfjs';
import { type, type Graph, type GraphNode, type Output } from './graph.js';
import type { StateResource, StepGraph } from './graph-of-trace.js';
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import { sameSource, type GradientUse, type Trace } from './trace.js';

/** Slots as TensorFlow.js keeps them, by its own names. */
type Slots = readonly ({ readonly variable: tf.Variable } | undefined)[];
interface Settings {
  readonly momentum: number;
  readonly useNesterov: boolean;
  readonly accumulations: Slots;
  readonly decay: number;
  readonly epsilon: number;
  readonly centered: boolean;
  readonly accumulatedMeanSquares: Slots;
  readonly accumulatedMoments: Slots;
  readonly beta1: number;
  readonly beta2: number;
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
  readonly accumulatedFirstMoment: Slots;
  readonly accumulatedSecondMoment: Slots;
}

/** A weight's update: the op, which slots it changes too, and what else goes into it between those and the gradient. */
interface Formula {
  readonly op: string;
  readonly slots: readonly Slots[];
  readonly scalars: readonly Output[];
  /** Whether the gradient comes before the last `after` scalars. */
  readonly after?: number;
  readonly nesterov?: boolean;
}

export interface FusedUpdate {
  readonly node: GraphNode;
  /** Numbers of the variables that it changes in place. */
  readonly changes: readonly number[];
}

/** Adds the ops to the graph; what is not among the changed variables is left to the arithmetic. */
export function fuseUpdates(
  step: StepGraph,
  trace: Trace,
  optimizer: tf.Optimizer,
  variables: readonly tf.Variable[],
): readonly FusedUpdate[] {
  const [update, another] = trace.updates;
  if (!update || another) return [];
  const numberOf = new Map(variables.map((variable, index) => [variable, index]));
  const formula = formulaOf(step, optimizer, (variable) => {
    const number = numberOf.get(variable);
    return number === undefined ? undefined : step.variable(number);
  });
  if (!formula) return [];

  const fused: FusedUpdate[] = [];
  update.gradients.forEach((use, place) => {
    if (!use) return;
    const slots = formula.slots.map((list) => numberOf.get(list[place]?.variable as tf.Variable));
    if (!slots.every((slot) => slot !== undefined)) return;
    const changes = [use.variable, ...slots];
    // Whatever else assigns one of them, before or after, is not in the op's formula.
    const isPlain = changes.every((number) => {
      const last = trace.assigned.get(number);
      const ours = update.assigned.get(number);
      return last && ours && sameSource(last, ours) && step.variable(number).dtype === DataType.DT_FLOAT;
    });
    if (isPlain) fused.push({ node: updateNode(step, formula, use, changes), changes });
  });
  return fused;
}

function updateNode(
  step: StepGraph,
  { op, scalars, after = 0, nesterov }: Formula,
  { gradient }: GradientUse,
  changes: readonly number[],
): GraphNode {
  const resources = changes.map((number) => step.variable(number));
  const cut = scalars.length - after;
  return step.graph.add(op, `${resources[0]!.name}/update`, {
    // So that the old values can be had with the step.
    controls: resources.map(({ read }) => read.node),
    inputs: [
      ...resources.map(({ handle }) => handle),
      ...scalars.slice(0, cut),
      step.outputOf(gradient),
      ...scalars.slice(cut),
    ],
    attributes: {
      T: type(DataType.DT_FLOAT),
      use_locking: { kind: 'bool', value: false },
      ...(nesterov === undefined ? {} : { use_nesterov: { kind: 'bool', value: nesterov } }),
    },
  });
}

/** @see https://www.tensorflow.org/api_docs/python/tf/raw_ops for the formula of each op */
function formulaOf(
  step: StepGraph,
  optimizer: tf.Optimizer,
  resourceOf: (variable: tf.Variable) => StateResource | undefined,
): Formula | undefined {
  const { graph } = step;
  const settings = optimizer as unknown as Settings;
  const number = (name: string, value: number): Output => graph.float(`optimizer/${name}`, value);
  // Subclasses, a person's own among them, may update in another way.
  switch (optimizer.constructor) {
    case tf.SGDOptimizer:
      return { op: 'ResourceApplyGradientDescent', slots: [], scalars: [step.learningRate()] };
    case tf.MomentumOptimizer:
      return {
        op: 'ResourceApplyMomentum',
        slots: [settings.accumulations],
        scalars: [step.learningRate(), number('momentum', settings.momentum)],
        after: 1,
        nesterov: settings.useNesterov,
      };
    case tf.RMSPropOptimizer:
      if (settings.centered) return undefined;
      return {
        op: 'ResourceApplyRMSProp',
        slots: [settings.accumulatedMeanSquares, settings.accumulatedMoments],
        scalars: [
          step.learningRate(),
          number('decay', settings.decay),
          number('momentum', settings.momentum),
          number('epsilon', settings.epsilon),
        ],
      };
    case tf.AdamOptimizer: {
      const power1 = resourceOf(settings.accBeta1);
      const power2 = resourceOf(settings.accBeta2);
      if (!power1 || !power2) return undefined;
      return {
        op: 'ResourceApplyAdam',
        slots: [settings.accumulatedFirstMoment, settings.accumulatedSecondMoment],
        scalars: [
          power1.read,
          power2.read,
          step.learningRate(),
          number('beta1', settings.beta1),
          number('beta2', settings.beta2),
          adamEpsilon(graph, settings.epsilon, power2.read),
        ],
        nesterov: false,
      };
    }
    default:
      return undefined;
  }
}

/** TensorFlow adds epsilon to √v, TensorFlow.js to √(v ∕ (1 − β₂ᵗ)): ε · √(1 − β₂ᵗ) makes them the same. */
function adamEpsilon(graph: Graph, epsilon: number, power2: Output): Output {
  const rest = graph.math('Sub', 'optimizer/correction', [graph.float('optimizer/one', 1), power2]);
  const root = graph.math('Sqrt', 'optimizer/correction/root', [rest]);
  return graph.math('Mul', 'optimizer/epsilon/corrected', [graph.float('optimizer/epsilon', epsilon), root]);
}
