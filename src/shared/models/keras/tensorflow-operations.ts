/**
 * What Keras 2 writes for `x + y` and the like between layers, functions of TensorFlow by their names, as the operations
 * that Keras 3 has for them. Those with more than their operands are left as they are.
 */
import { ownEntry } from '../own-entry.js';
import type { KerasLayer } from './architecture.js';
import type { KerasArgument, KerasCall, TensorPlace } from './tensor-places.js';

const operations: Readonly<Record<string, string>> = {
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'math.subtract': 'Subtract',
  'math.multiply': 'Multiply',
  'math.truediv': 'Divide',
  'math.divide': 'Divide',
  'math.pow': 'Power',
  'math.maximum': 'Maximum',
  'math.minimum': 'Minimum',
  'math.negative': 'Negative',
  'math.abs': 'Abs',
  'math.exp': 'Exp',
  'math.log': 'Log',
  'math.sqrt': 'Sqrt',
  'math.square': 'Square',
  'math.sigmoid': 'Sigmoid',
  'math.tanh': 'Tanh',
  'nn.relu': 'Relu',
  'nn.relu6': 'Relu6',
  'nn.selu': 'Selu',
};

/** The layer itself where it is none of them, or is called with what is not known. */
export function operationOf(layer: KerasLayer): KerasLayer {
  const { className, config, calls } = layer;
  const operation = className === 'TFOpLambda' ? ownEntry(operations, String(config['function'])) : undefined;
  if (operation === undefined) return layer;
  const read = calls.map(readCall);
  return read.every((call) => call !== undefined)
    ? { ...layer, className: operation, isOperation: true, calls: read }
    : layer;
}

/** The first operand stands alone, the second by its name. */
function readCall({ inputs, named }: KerasCall): KerasCall | undefined {
  const { name: _unused, y, ...others } = named;
  if (Object.keys(others).length > 0) return undefined;
  const second: readonly TensorPlace[] = Array.isArray(y) ? (y as readonly TensorPlace[]) : [];
  const all = [...inputs, ...second];
  const tensors = all.map((_, index): KerasArgument => ({ kind: 'tensor', index }));
  return { inputs: all, args: typeof y === 'number' ? [...tensors, { kind: 'value', value: y }] : tensors, named: {} };
}
