/** TensorBoard event files that hold a graph: ops, Keras's model, or traced functions. */
import { fromBinary } from '@bufbuild/protobuf';
import { readEvents } from '../../events/event-reader.js';
import { problemInWords } from '../../events/problem-words.js';
import { GraphDefSchema } from '../../generated/tensorflow/core/framework/graph_pb.js';
import { MetaGraphDefSchema } from '../../generated/tensorflow/core/protobuf/meta_graph_pb.js';
import { jsonOf } from '../file-text.js';
import { ModelFileError, type ModelFormat, type OpenedModel } from '../model-format.js';
import { tracedGraphs } from '../run-metadata.js';
import { openGraphDef } from '../tensorflow-nodes.js';
import { openKeras } from './keras-json.js';

export const eventFile: ModelFormat = {
  title: 'TensorBoard event file',
  matches: ({ name }) => /(^|\.)tfevents\./i.test(name),
  open({ source }) {
    const opened: OpenedModel[] = [];
    const notes: string[] = [];
    readEvents(source, {
      event: ({ what }) => {
        if (what.case === 'graphDef') opened.push(openGraphDef(fromBinary(GraphDefSchema, what.value), 'ops'));
        else if (what.case === 'metaGraphDef') {
          const { graphDef } = fromBinary(MetaGraphDefSchema, what.value);
          if (graphDef) opened.push(openGraphDef(graphDef, 'ops'));
        } else if (what.case === 'summary') {
          for (const { tag, metadata, value } of what.value.value) {
            const [text] = value.case === 'tensor' ? value.value.stringVal : [];
            const plugin = metadata?.pluginData?.pluginName;
            if (text && plugin === 'graph_run_metadata_graph') {
              for (const graph of tracedGraphs(text)) opened.push(openGraphDef(fromBinary(GraphDefSchema, graph), tag));
            } else if (text && plugin === 'graph_keras_model')
              opened.push(retitled(openKeras('', jsonOf(Uint8Array.from(text)), []), `Keras model ${tag}`));
          }
        }
      },
      problem: (problem) => notes.push(`At byte ${problem.offset}: ${problemInWords(problem)}`),
    });
    if (opened.length === 0 && notes[0] !== undefined)
      throw new ModelFileError(`It is damaged, and what is left of it holds no graph. ${notes[0]}`);
    if (opened.length === 0)
      throw new ModelFileError('It holds no graph: scalars, histograms and images are shown by the dashboards.');
    // The same graph is written once a function and once a session: the largest says the most.
    const graphs = opened.flatMap((one) => one.graphs).sort((a, b) => b.graph.nodes.length - a.graph.nodes.length);
    return {
      format: this.title,
      facts: opened
        .flatMap((one) => one.facts)
        .filter(
          (fact, index, all) =>
            all.findIndex(({ name, value }) => name === fact.name && value === fact.value) === index,
        ),
      graphs,
      notes: [...notes, ...opened.flatMap((one) => one.notes)],
    };
  },
};

function retitled(model: OpenedModel, title: string): OpenedModel {
  return { ...model, training: undefined, graphs: model.graphs.map(({ graph }) => ({ title, graph })) };
}
