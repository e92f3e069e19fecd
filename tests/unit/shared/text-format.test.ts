/** The text format of protocol buffers, by the rules of its specification. */
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraphDefSchema } from '../../../src/shared/generated/tensorflow/core/framework/graph_pb.js';
import { TensorProtoSchema } from '../../../src/shared/generated/tensorflow/core/framework/tensor_pb.js';
import { DataType } from '../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { textOfMessage } from '../../../src/shared/graph/text-format.js';

describe('text of a message', () => {
  it('nests messages and maps, names enums, and leaves out what is not set', () => {
    const graph = create(GraphDefSchema, {
      node: [
        {
          name: 'x',
          op: 'Placeholder',
          attr: {
            shape: { value: { case: 'shape', value: { dim: [{ size: -1n }, { size: 3n }] } } },
            dtype: { value: { case: 'type', value: DataType.DT_FLOAT } },
          },
        },
        { name: 'y', op: 'Neg', input: ['x', '^x'], attr: { flag: { value: { case: 'b', value: false } } } },
      ],
      versions: { producer: 1882 },
    });
    expect(textOfMessage(GraphDefSchema, graph).split('\n')).toEqual([
      'node {',
      '  name: "x"',
      '  op: "Placeholder"',
      '  attr {',
      '    key: "dtype"',
      '    value {',
      '      type: DT_FLOAT',
      '    }',
      '  }',
      '  attr {',
      '    key: "shape"',
      '    value {',
      '      shape {',
      '        dim {',
      '          size: -1',
      '        }',
      '        dim {',
      '          size: 3',
      '        }',
      '      }',
      '    }',
      '  }',
      '}',
      'node {',
      '  name: "y"',
      '  op: "Neg"',
      '  input: "x"',
      '  input: "^x"',
      '  attr {',
      '    key: "flag"',
      '    value {',
      '      b: false',
      '    }',
      '  }',
      '}',
      'versions {',
      '  producer: 1882',
      '}',
      '',
    ]);
  });

  it('escapes bytes and quotes, and keeps letters', () => {
    const text = (init: Parameters<typeof create<typeof TensorProtoSchema>>[1]): string =>
      textOfMessage(TensorProtoSchema, create(TensorProtoSchema, init));
    expect(text({ tensorContent: Uint8Array.of(0, 10, 34, 92, 65, 127, 200) })).toBe(
      'tensor_content: "\\000\\n\\"\\\\A\\177\\310"\n',
    );
    expect(textOfMessage(GraphDefSchema, create(GraphDefSchema, { node: [{ name: 'größe\t' }] }))).toContain(
      'name: "größe\\t"',
    );
    expect(text({ floatVal: [0.1, NaN, Infinity, -Infinity, -0, 3] })).toBe(
      ['0.1', 'nan', 'inf', '-inf', '-0', '3'].map((number) => `float_val: ${number}\n`).join(''),
    );
  });
});
