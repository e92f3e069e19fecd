/** The graph of a step with its state in it and a signature, for others to load: what a SavedModel holds. */
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import type { SavedModelParts, TensorPlace } from '../../../shared/graph/saved-model.js';
import type { CompleteGraph } from './complete-graph.js';
import { type, type ConstantValue, type GraphNode } from './graph.js';
import { nodeMessages } from './graph-messages.js';

const INIT = 'init';

/** @param state one value for each of the graph's, in its order */
export function signedGraph(complete: CompleteGraph, state: readonly ConstantValue[]): SavedModelParts {
  const added: GraphNode[] = [];
  const add = (node: Partial<GraphNode> & Pick<GraphNode, 'name' | 'op'>): GraphNode => {
    const whole = { inputs: [], controls: [], attributes: {}, outputs: [], ...node };
    added.push(whole);
    return whole;
  };
  const assigned = complete.state.map(({ resource }, index) => {
    const { dtype, shape, values } = state[index]!;
    const value = add({
      name: `${INIT}/${resource.name}/value`,
      op: 'Const',
      attributes: { dtype: type(dtype), value: { kind: 'tensor', value: { dtype, shape, values } } },
      outputs: [{ dtype, shape }],
    });
    return add({
      name: `${INIT}/${resource.name}`,
      op: 'AssignVariableOp',
      inputs: [resource.handle, { node: value, port: 0 }],
      attributes: { dtype: type(dtype) },
    });
  });
  const init = add({ name: INIT, op: 'NoOp', controls: assigned });

  const inputs: Record<string, TensorPlace> = {};
  for (const { name, dtype, shape } of complete.feeds) inputs[name.replace(/:\d+$/, '')] = { name, dtype, shape };
  if (complete.rate) inputs['learning_rate'] = { name: complete.rate, dtype: DataType.DT_FLOAT, shape: [] };
  const length = complete.valueCount + complete.normed.length + complete.checkedWeights;
  const values: TensorPlace = { name: complete.values, dtype: DataType.DT_FLOAT, shape: [length] };
  return {
    nodes: nodeMessages({ nodes: [...complete.graph.nodes, ...added] }),
    signatures: { train: { inputs, outputs: { values } } },
    init: `${init.name}`,
  };
}
