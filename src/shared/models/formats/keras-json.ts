/** A model's architecture as Keras's `to_json` and TensorFlow.js write it, without weights. */
import { isRecord } from '../is-record.js';
import { graphOfLayers, modelOf } from '../layer-config.js';
import { jsonOf } from '../file-text.js';
import type { ModelFormat, OpenedModel } from '../model-format.js';
import { outlineOfTraining } from '../training-outline.js';

export const kerasJson: ModelFormat = {
  title: 'Keras model (.json)',
  matches: ({ name, head }) => /\.json$/i.test(name) && head[firstLetter(head)] === 0x7b,
  open: ({ bytes }) => openKeras('Keras model (.json)', jsonOf(bytes), []),
};

function firstLetter(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef ? 3 : 0;
  while (at < bytes.length && bytes[at]! <= 0x20) at++;
  return at;
}

/** For all that hold such a configuration. @throws ModelFileError */
export function openKeras(
  format: string,
  topology: unknown,
  facts: OpenedModel['facts'],
  compiled?: unknown,
): OpenedModel {
  const notes: string[] = [];
  const model = modelOf(topology);
  const config = isRecord(model['config']) ? model['config'] : {};
  const graph = graphOfLayers(topology, notes);
  const title = typeof config['name'] === 'string' ? config['name'] : 'model';
  const className = typeof model['class_name'] === 'string' ? [{ name: 'class', value: model['class_name'] }] : [];
  const versions = isRecord(topology)
    ? ['keras_version', 'backend'].flatMap((name) =>
        typeof topology[name] === 'string' ? [{ name: name.replace('_', ' '), value: topology[name] }] : [],
      )
    : [];
  return {
    format,
    facts: [...className, ...versions, ...facts],
    graphs: [{ title, graph }],
    notes,
    training: outlineOfTraining(graph, compiled),
  };
}
