/** TensorFlow's own files: SavedModel (`saved_model.pb`), frozen GraphDef (`.pb`), both as text too (`.pbtxt`). */
import { fromBinary } from '@bufbuild/protobuf';
import { GraphDefSchema } from '../../generated/tensorflow/core/framework/graph_pb.js';
import type { SignatureDef } from '../../generated/tensorflow/core/protobuf/meta_graph_pb.js';
import { SavedModelSchema, type SavedModel } from '../../generated/tensorflow/core/protobuf/saved_model_pb.js';
import { textOf } from '../file-text.js';
import { ModelFileError, type ModelFormat, type OpenedModel } from '../model-format.js';
import { openGraphDef } from '../tensorflow-nodes.js';
import { messageOfText } from '../text-format-reader.js';

export const tensorflowGraph: ModelFormat = {
  title: 'TensorFlow SavedModel or GraphDef (.pb)',
  matches: ({ name }) => /\.pb$/i.test(name),
  open({ name, bytes }) {
    // A SavedModel begins with its version, field 1 as a number; in a GraphDef field 1 is a node.
    if (bytes[0] === 0x08) return openSavedModel(fromBinary(SavedModelSchema, bytes));
    const graph = fromBinary(GraphDefSchema, bytes);
    if (graph.node.length === 0) throw new ModelFileError('It holds no graph.');
    return { ...openGraphDef(graph, name), format: 'TensorFlow graph (.pb)' };
  },
};

export const tensorflowText: ModelFormat = {
  title: 'TensorFlow graph as text (.pbtxt)',
  matches: ({ name }) => /\.pbtxt$/i.test(name),
  open({ name, bytes }) {
    const text = textOf(bytes);
    if (/^[ \t]*(saved_model_schema_version|meta_graphs)\b/m.test(text))
      return openSavedModel(messageOfText(SavedModelSchema, text));
    const graph = messageOfText(GraphDefSchema, text);
    if (graph.node.length === 0) throw new ModelFileError('It holds no node { … }.');
    return { ...openGraphDef(graph, name), format: this.title };
  },
};

/** One graph a signature; the one that is served by default comes first. */
function openSavedModel({ metaGraphs }: SavedModel): OpenedModel {
  const opened = metaGraphs.flatMap(({ graphDef, signatureDef }) => {
    if (!graphDef) return [];
    const signatures = Object.entries(signatureDef).filter(([name]) => !name.startsWith('__'));
    if (signatures.length === 0) return [openGraphDef(graphDef, 'graph')];
    return signatures
      .sort(([a], [b]) => Number(b === 'serving_default') - Number(a === 'serving_default'))
      .map(([name, { outputs }]) => openGraphDef(graphDef, name, { wanted: nodesOf(outputs) }));
  });
  if (opened.length === 0) throw new ModelFileError('It holds no graph.');
  const version = metaGraphs[0]?.metaInfoDef?.tensorflowVersion;
  return {
    format: 'TensorFlow SavedModel',
    facts: [
      ...(version ? [{ name: 'TensorFlow', value: version }] : []),
      ...metaGraphs.flatMap(({ signatureDef }) =>
        Object.entries(signatureDef)
          .filter(([name]) => !name.startsWith('__'))
          .map(([name, { inputs, outputs }]) => ({
            name: `signature ${name}`,
            value: `${Object.keys(inputs).join(', ') || 'nothing'} → ${Object.keys(outputs).join(', ') || 'nothing'}`,
          })),
      ),
    ],
    graphs: opened.flatMap((one) => one.graphs),
    notes: [...new Set(opened.flatMap((one) => one.notes))],
  };
}

function nodesOf(outputs: SignatureDef['outputs']): string[] {
  return Object.values(outputs).flatMap(({ encoding }) =>
    encoding.case === 'name' ? [encoding.value.split(':')[0]!] : [],
  );
}
