/** What ONNX's convolutions and pooling give: attributes as ONNX has them, for the rules of windows. */
import { flag, halves, type GivenOp, type OpRule } from './given-op.js';
import { shaped, times, unknownSize, unknownSizes, type Sizes } from './tensor-facts.js';
import { slid, slidBack, type Windows } from './window-rules.js';

function windowsOf(op: GivenOp, kernel: Sizes, rank: number): Windows {
  const ones = Array<number>(rank).fill(1);
  const way = op.text('auto_pad') ?? 'NOTSET';
  return {
    kernel,
    strides: op.numbers('strides') ?? ones,
    dilations: op.numbers('dilations') ?? ones,
    padding: way.startsWith('SAME') ? 'same' : way === 'VALID' ? 'valid' : (halves(op.numbers('pads')) ?? 'valid'),
    isCeiled: flag(op, 'ceil_mode'),
  };
}

export function convolution(place: number): OpRule {
  return (op) => {
    const [input, filter] = [op.inputs[0]?.shape, op.inputs[place]?.shape];
    if (!input || input.length < 3) return undefined;
    const rank = input.length - 2;
    const kernel = op.numbers('kernel_shape') ?? filter?.slice(2) ?? unknownSizes(rank);
    if (kernel.length !== rank) return undefined;
    return shaped([input[0]!, filter?.[0] ?? unknownSize(), ...slid(input.slice(2), windowsOf(op, kernel, rank))]);
  };
}

export const turnedConvolution: OpRule = (op) => {
  const [input, filter] = [op.inputs[0]?.shape, op.inputs[1]?.shape];
  if (!input || input.length < 3) return undefined;
  const rank = input.length - 2;
  const kernel = op.numbers('kernel_shape') ?? filter?.slice(2) ?? unknownSizes(rank);
  const channels = times([filter?.[1] ?? unknownSize(), op.number('group') ?? 1]);
  const spatial =
    op.numbers('output_shape') ??
    slidBack(input.slice(2), windowsOf(op, kernel, rank), op.numbers('output_padding') ?? []);
  return spatial.length === rank ? shaped([input[0]!, channels, ...spatial]) : undefined;
};

export const pooling: OpRule = (op) => {
  const input = op.inputs[0]?.shape;
  const kernel = op.numbers('kernel_shape');
  if (!input || kernel?.length !== input.length - 2) return undefined;
  const pooled = shaped([...input.slice(0, 2), ...slid(input.slice(2), windowsOf(op, kernel, kernel.length))]);
  return [pooled, { ...pooled, dtype: 'int64' }].slice(0, op.outputs);
};

export const globalPooling: OpRule = ({ inputs: [input] }) =>
  shaped(input?.shape?.map((size, at) => (at < 2 ? size : 1)));
