import { viewExpression } from '../../state/tensor-commands.js';
import type { Panel } from '../panel.js';
import { Tensors } from './tensors.js';

export const tensorPanel: Panel = {
  id: 'tensor',
  title: 'Tensors',
  icon: 'symbol-array',
  place: 'centre',
  order: 40,
  opensWhenAsked: true,
  component: Tensors,
  commands: [{ id: 'tensor.viewExpression', title: 'Run: View Tensor…', run: viewExpression }],
};
