/**
 * TensorFlow's containers of a graph: a GraphDef for who wants the ops alone, a SavedModel for who loads
 * and runs it. Messages in, bytes out; knows no files.
 */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { NodeDefSchema } from '../generated/tensorflow/core/framework/node_def_pb.js';
import { GraphDefSchema } from '../generated/tensorflow/core/framework/graph_pb.js';
import type { DataType } from '../generated/tensorflow/core/framework/types_pb.js';
import { MetaGraphDefSchema } from '../generated/tensorflow/core/protobuf/meta_graph_pb.js';
import { SavedModelSchema } from '../generated/tensorflow/core/protobuf/saved_model_pb.js';

export type NodeInit = MessageInitShape<typeof NodeDefSchema>;

export interface TensorPlace {
  /** `node:port` */
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

export interface Signature {
  readonly inputs: Readonly<Record<string, TensorPlace>>;
  readonly outputs: Readonly<Record<string, TensorPlace>>;
}

/** TensorFlow 2.21 writes this version of graphs, and reads any up to it. */
const versions = { producer: 1882, minConsumer: 12 };
const metaInfoDef = { tags: ['serve'], tensorflowVersion: '2.21.0' };

export function encodeGraph(nodes: readonly NodeInit[]): Uint8Array {
  return toBinary(GraphDefSchema, create(GraphDefSchema, { node: [...nodes], versions }));
}

/** The content of `saved_model.pb` for a graph that is encoded already: nobody has to encode it twice. Without signatures. */
export function savedModelOf(graphDef: Uint8Array): Uint8Array {
  const [schemaVersion, metaGraphs, graph] = [1, 2, 2];
  const meta = toBinary(MetaGraphDefSchema, create(MetaGraphDefSchema, { metaInfoDef }));
  // What is written after it belongs to the same message.
  const metaGraph = new BinaryWriter().raw(meta).tag(graph, WireType.LengthDelimited).bytes(graphDef).finish();
  return new BinaryWriter()
    .tag(schemaVersion, WireType.Varint)
    .int64(1)
    .tag(metaGraphs, WireType.LengthDelimited)
    .bytes(metaGraph)
    .finish();
}

export interface SavedModelParts {
  readonly nodes: readonly NodeInit[];
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Node that fills the variables when the model is loaded. */
  readonly init?: string;
}

/** The content of `saved_model.pb`, with the tag `serve`. */
export function encodeSavedModel({ nodes, signatures, init }: SavedModelParts): Uint8Array {
  const signatureDef = Object.fromEntries(
    Object.entries(signatures).map(([key, { inputs, outputs }]) => [
      key,
      { inputs: placesOf(inputs), outputs: placesOf(outputs), methodName: 'tensorflow/serving/predict' },
    ]),
  );
  // The name under which TensorFlow's loaders look for what is to be run first.
  const initKey = '__saved_model_init_op';
  const initDef = init && {
    outputs: {
      [initKey]: { encoding: { case: 'name' as const, value: init }, tensorShape: { unknownRank: true } },
    },
  };
  return toBinary(
    SavedModelSchema,
    create(SavedModelSchema, {
      savedModelSchemaVersion: 1n,
      metaGraphs: [
        {
          metaInfoDef,
          graphDef: { node: [...nodes], versions },
          signatureDef: initDef ? { ...signatureDef, [initKey]: initDef } : signatureDef,
        },
      ],
    }),
  );
}

function placesOf(places: Readonly<Record<string, TensorPlace>>) {
  return Object.fromEntries(
    Object.entries(places).map(([key, { name, dtype, shape }]) => [
      key,
      { encoding: { case: 'name' as const, value: name }, dtype, tensorShape: shapeInit(shape) },
    ]),
  );
}

export function shapeInit(shape: readonly number[]) {
  return { dim: shape.map((size) => ({ size: BigInt(size) })) };
}
