/** TensorFlow.js's `model.json`: layers models and graph models, without their weights. */
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { GraphDefSchema } from '../../generated/tensorflow/core/framework/graph_pb.js';
import { isRecord } from '../is-record.js';
import { jsonOf } from '../file-text.js';
import { ModelFileError, type ModelFile, type ModelFormat, type OpenedModel } from '../model-format.js';
import { openGraphDef } from '../tensorflow-nodes.js';
import { openKeras } from './keras-json.js';

function topologyOf(
  file: Pick<ModelFile, 'head' | 'bytes'>,
): { readonly root: Record<string, unknown>; readonly topology: Record<string, unknown> } | undefined {
  if (!looksLikeModelJson(file)) return undefined;
  const root = jsonOf(file.bytes);
  const topology = isRecord(root) ? root['modelTopology'] : undefined;
  return isRecord(root) && isRecord(topology) ? { root, topology } : undefined;
}

/** The key stands near the beginning or, after a long topology, near the end; JSON is searched, not parsed. */
function looksLikeModelJson(file: Pick<ModelFile, 'head' | 'bytes'>): boolean {
  if (!file.head.subarray(0, 16).includes(0x7b)) return false;
  const { bytes } = file;
  const key = [...'"modelTopology"'].map((letter) => letter.charCodeAt(0));
  for (let at = bytes.indexOf(key[0]!); at >= 0; at = bytes.indexOf(key[0]!, at + 1)) {
    if (key.every((code, index) => bytes[at + index] === code)) return true;
  }
  return false;
}

function factsOf(root: Record<string, unknown>): OpenedModel['facts'] {
  return ['format', 'generatedBy', 'convertedBy'].flatMap((name) =>
    typeof root[name] === 'string' ? [{ name, value: root[name] }] : [],
  );
}

export const tfjsLayers: ModelFormat = {
  title: 'TensorFlow.js layers model (model.json)',
  matches: looksLikeModelJson,
  open(file) {
    const model = topologyOf(file);
    if (!model) throw new ModelFileError('Its modelTopology is no object.');
    const compiled = model.root['trainingConfig'] ?? model.topology['training_config'];
    return openKeras(this.title, model.topology, factsOf(model.root), compiled);
  },
};

export const tfjsGraph: ModelFormat = {
  title: 'TensorFlow.js graph model (model.json)',
  matches: (file) => looksLikeModelJson(file) && Array.isArray(topologyOf(file)?.topology['node']),
  open(file) {
    const { root, topology } = topologyOf(file)!;
    const graph = fromJson(GraphDefSchema, topology as JsonValue, { ignoreUnknownFields: true });
    const opened = openGraphDef(graph, 'graph', { areValuesElsewhere: true });
    const signature = isRecord(root['signature']) ? root['signature'] : {};
    const names = (key: string): string => (isRecord(signature[key]) ? Object.keys(signature[key]).join(', ') : '');
    const facts = ['inputs', 'outputs'].flatMap((key) => (names(key) ? [{ name: key, value: names(key) }] : []));
    return { ...opened, format: this.title, facts: [...factsOf(root), ...facts] };
  },
};
