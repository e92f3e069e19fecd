import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { SavedModelSchema } from '../../../../src/shared/generated/tensorflow/core/protobuf/saved_model_pb.js';
import {
  encodeGraph,
  encodeSavedModel,
  savedModelOf,
  type NodeInit,
} from '../../../../src/shared/graph/saved-model.js';

test('a graph that is encoded already is put into the same SavedModel as its nodes', () => {
  const nodes: NodeInit[] = [
    { name: 'x', op: 'Placeholder' },
    { name: 'y', op: 'Identity', input: ['x'] },
  ];
  const whole = fromBinary(SavedModelSchema, encodeSavedModel({ nodes, signatures: {} }));
  expect(fromBinary(SavedModelSchema, savedModelOf(encodeGraph(nodes)))).toEqual(whole);
});
