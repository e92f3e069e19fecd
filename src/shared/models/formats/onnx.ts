/** ONNX models: one graph, with what the file says of itself. */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../generated/onnx_pb.js';
import { GraphBuilder } from '../graph-builder.js';
import { ModelFileError, type ModelFormat } from '../model-format.js';
import { OnnxGraph } from '../onnx-graph.js';

export const onnx: ModelFormat = {
  title: 'ONNX (.onnx)',
  matches: ({ name }) => /\.onnx$/i.test(name),
  open({ name, bytes }) {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (!model.graph) throw new ModelFileError('It holds no graph.');
    const notes: string[] = [];
    const builder = new GraphBuilder();
    new OnnxGraph(builder, model.functions).add(model.graph);
    const sets = model.opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ');
    const facts = [
      { name: 'producer', value: `${model.producerName} ${model.producerVersion}`.trim() },
      { name: 'operators', value: sets },
      { name: 'IR version', value: model.irVersion > 0n ? String(model.irVersion) : '' },
      { name: 'description', value: model.docString },
      ...model.metadataProps.map(({ key, value }) => ({ name: key, value })),
    ].filter(({ value }) => value !== '');
    return {
      format: this.title,
      facts,
      graphs: [{ title: model.graph.name || name, graph: builder.finish(notes) }],
      notes,
    };
  },
};
