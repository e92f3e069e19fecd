/** What a failed run, or an exception that training stopped at, comes from: shapes that do not meet, above all. Pure. */
import { sentence } from '../../shared/base/sentence.js';
import type { Finding } from '../../shared/protocol/diagnosis.js';
import { layerOf, type ExperimentFacts } from './facts.js';
import type { FindingPlaces } from './find.js';
import { shapeText } from './words.js';

export interface Failure {
  /** As it was thrown. */
  readonly message: string;
  /** As it is told, with what to do, where that is known. */
  readonly told?: string;
  readonly hint?: string;
  readonly file?: string;
  readonly line?: number;
}

interface Words {
  readonly rule: string;
  readonly title: string;
  readonly explanation: string;
  readonly advice: readonly string[];
  readonly op?: string;
}

/** `undefined` for what is the person's own affair. */
export function explainFailure(
  failure: Failure,
  facts: ExperimentFacts | undefined,
  places: FindingPlaces | undefined,
): Finding | undefined {
  const words = kinds.map((kind) => kind(failure)).find((one) => one !== undefined);
  if (!words) return undefined;
  const { file, line, hint } = failure;
  const layer = facts?.layers.find(({ label }) => {
    const place = places?.placeOfLayer(label);
    return place !== undefined && place.file === file && place.line === line;
  });
  const { op, advice, explanation, ...rest } = words;
  const known = layer && facts && layerOf(facts, layer.label);
  const shapes = known
    ? ` Layer ${known.label} takes ${shapeText(known.inputShape)} and gives ${shapeText(known.outputShape)} for each example.`
    : '';
  return {
    ...rest,
    severity: 'error',
    explanation: explanation + shapes,
    advice: [...(hint === undefined ? [] : [hint]), ...advice.filter((one) => one !== hint)],
    ...(layer && { layer: layer.label }),
    ...(op !== undefined && { op }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
  };
}

const kinds: readonly ((failure: Failure) => Words | undefined)[] = [
  ({ message }) => {
    const match =
      /inner shapes \((\S+?)\) and \((\S+?)\) of Tensors with shapes (\S+) and (\S+) and transposeA=(\w+)/.exec(
        message,
      ) ?? /In\[0\] mismatch In\[1\] shape: (\S+) vs\. (\S+): (\[.*?\]) (\[.*?\])/.exec(message);
    if (!match) return undefined;
    const [, left, right, one, other] = match;
    return {
      rule: 'shapeMismatch',
      op: 'BatchMatMul',
      title: `Shapes do not meet in a matrix product: ${shape(one!)} by ${shape(other!)}.`,
      explanation: `The last dimension of the left one (${left}) must be the first of the right one (${right}).`,
      advice: [
        'Look at both shapes in your code, with console.log(x.shape) before that line.',
        'Transpose the one that lies the wrong way: tf.matMul(a, b, false, true).',
        'If it is an example’s size, set inputShape or units to it.',
      ],
    };
  },
  ({ message }) => {
    const match =
      /Operands could not be broadcast together with shapes ([\d,]+) and ([\d,]+)/.exec(message) ??
      /Incompatible shapes: (\[[\d,]*\]) vs\. (\[[\d,]*\])/.exec(message) ??
      /Shapes (\S+) and (\S+) must match/.exec(message);
    if (!match) return undefined;
    return {
      rule: 'shapeMismatch',
      title: `Shapes do not meet: ${shape(match[1]!)} and ${shape(match[2]!)}.`,
      explanation:
        'Value by value two tensors go together where each of their dimensions, read from the last one, is equal or 1.',
      advice: [
        'Look at both shapes in your code, with console.log(x.shape) before that line.',
        'Add a dimension with expandDims, or change one with reshape.',
      ],
    };
  },
  ({ message }) => {
    const match =
      /Error when checking (?:model )?(\w+) ?: expected (\S+) to have (?:shape|(\d+) dimension\(s\)\. but got array with shape) \[?([\d,null]*)\]?,?(?: but got array with shape \[?([\d,null]*)\]?)?/.exec(
        message,
      );
    if (!match) return undefined;
    const wanted = match[3] === undefined ? shape(match[4] ?? '') : `${match[3]} dimensions`;
    const given = shape((match[3] === undefined ? match[5] : match[4]) ?? '');
    return {
      rule: 'shapeMismatch',
      title: `The ${match[1]} has the wrong shape: ${wanted} is expected, ${given} comes in.`,
      explanation:
        'The first dimension counts the examples of the batch; the others must be those that the model was built for.',
      advice: [
        match[1] === 'target'
          ? 'Set the last layer’s units to the size of a target.'
          : 'Give the first layer the inputShape of an example.',
        'Or reshape the data before training.',
      ],
    };
  },
  ({ message, told }) => {
    const text = told ?? message;
    if (
      !/takes (?:examples of shape|inputs of)|was built for inputs|ends in shape|ends in \d+ value|incompatible with layer|must be compatible with|Size\(\d+\) must match|cannot be reshaped|new shape and old shape must have the same number/i.test(
        text,
      )
    )
      return undefined;
    return {
      rule: 'shapeMismatch',
      title: sentence(text),
      explanation:
        'A layer is built for inputs of one shape, and gives outputs of one shape: what one gives must be what the next one takes, from the data to the targets.',
      advice: ['Follow the shapes in the Layers panel: the first that is not what you expect is where to look.'],
    };
  },
  ({ message }) =>
    /Array buffer allocation failed|Invalid typed array length|out of memory|OOM when allocating|could not allocate/i.test(
      message,
    )
      ? {
          rule: 'outOfMemory',
          title: 'There is not enough memory for this step.',
          explanation:
            'Outputs of all layers are kept for the gradient: they grow with the batch, with the image’s area and with the filters.',
          advice: ['Use a smaller batchSize.', 'Use smaller images or fewer filters, or pool earlier.'],
        }
      : undefined,
  ({ message }) =>
    /Tensor is disposed/.test(message)
      ? {
          rule: 'disposedTensor',
          title: 'A tensor is used after it was disposed.',
          explanation: 'Its memory was given back, by dispose(), or at the end of a tf.tidy that it was made in.',
          advice: [
            'Return it from the tf.tidy, or tf.keep it.',
            'Do not dispose what Backstep hands over, or clone it first.',
          ],
        }
      : undefined,
];

function shape(text: string): string {
  const sizes = text
    .replace(/[[\]()\s.]/g, '')
    .split(',')
    .filter((size) => size !== '');
  return sizes.length === 0 ? 'a single number' : sizes.map((size) => (size === 'null' ? '?' : size)).join('×');
}
