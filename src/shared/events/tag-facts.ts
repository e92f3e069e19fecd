/**
 * What a tag is for: told by its first event's metadata (writers need not repeat it) and by the form of its values, in
 * version 1 and version 2 of summaries. Sources: TensorBoard's plug-ins and its `data_compat.py`.
 */
import type { SummaryKind } from '../protocol/summary-kind.js';
import type { Summary_Value, SummaryMetadata } from '../generated/tensorflow/core/framework/summary_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';
import { scalarOfTensor } from './scalar-of-tensor.js';

export interface TagFacts {
  readonly tag: string;
  readonly kind: SummaryKind;
  readonly plugin?: string;
  readonly displayName?: string;
  readonly description?: string;
  /** Why it is left aside, for a person. */
  readonly note?: string;
}

export type ValueFacts =
  | { readonly kind: 'scalar'; readonly value: number; readonly note?: undefined }
  | { readonly kind: Exclude<SummaryKind, 'scalar'>; readonly count: number; readonly note?: string };

const NOTES: Readonly<Record<string, string>> = {
  mesh: 'Meshes and point clouds are not shown here; TensorBoard’s mesh dashboard shows them.',
  custom_scalars: 'A layout of TensorBoard’s custom scalars; charts are arranged here instead.',
};

/** `tag` is as long as its writer wished. */
const LONGEST_TEXT = 10_000;

/** Undefined: nothing that is to be shown. `known`: of the tag's first value. */
export function factsOfValue(value: Summary_Value, known: TagFacts | undefined): ValueFacts | undefined {
  const plugin = known?.plugin ?? value.metadata?.pluginData?.pluginName;
  switch (value.value.case) {
    case 'simpleValue':
      return { kind: 'scalar', value: value.value.value };
    case 'histo':
      return { kind: 'histogram', count: 1 };
    case 'image':
      return { kind: 'image', count: 1 };
    case 'audio':
      return { kind: 'audio', count: 1 };
    case 'tensor':
      break;
    case 'obsoleteOldStyleHistogram':
      return { kind: 'aside', count: 1, note: 'A histogram of a form that nothing has written since 2015.' };
    case undefined:
      // Settings can be metadata alone.
      return plugin === 'hparams' ? { kind: 'hparams', count: 1 } : undefined;
  }
  const tensor = value.value.value;
  const strings = tensor.stringVal.length;
  switch (plugin) {
    case 'scalars': {
      const number = scalarOfTensor(tensor);
      return number === undefined ? { kind: 'tensor', count: 1 } : { kind: 'scalar', value: number };
    }
    case 'histograms':
      return { kind: 'histogram', count: 1 };
    case 'images':
      // Width and height as text, then the pictures.
      return { kind: 'image', count: Math.max(0, strings - 2) };
    case 'audio':
      // Sounds, or pairs of a sound and what it is.
      return { kind: 'audio', count: tensor.tensorShape?.dim.length === 2 ? strings >> 1 : strings };
    case 'text':
      return { kind: 'text', count: strings };
    case 'pr_curves':
      return { kind: 'prCurve', count: 1 };
    case 'hparams':
      return { kind: 'hparams', count: 1 };
    case 'graph_keras_model':
    case 'graph_run_metadata':
    case 'graph_run_metadata_graph':
    case 'graphs':
      return { kind: 'graph', count: 1 };
    case 'mesh':
    case 'custom_scalars':
      return { kind: 'aside', count: 1, note: NOTES[plugin] };
    default:
      return { kind: tensor.dtype === DataType.DT_STRING ? 'text' : 'tensor', count: Math.max(1, strings) };
  }
}

export function factsOfTag(tag: string, found: ValueFacts, metadata: SummaryMetadata | undefined): TagFacts {
  const plugin = metadata?.pluginData?.pluginName;
  return {
    tag,
    kind: found.kind,
    ...(plugin ? { plugin: plugin.slice(0, LONGEST_TEXT) } : {}),
    ...(metadata?.displayName ? { displayName: metadata.displayName.slice(0, LONGEST_TEXT) } : {}),
    ...(metadata?.summaryDescription ? { description: metadata.summaryDescription.slice(0, LONGEST_TEXT) } : {}),
    ...(found.note ? { note: found.note } : {}),
  };
}

/** Graphs are events of their own, without a tag; `field` is their number in the message `Event`. */
export function graphTag(field: number): TagFacts | undefined {
  switch (field) {
    case 4:
      return { tag: 'graph', kind: 'graph', plugin: 'graphs' };
    case 8:
      return { tag: 'run metadata', kind: 'graph', plugin: 'graph_run_metadata' };
    case 9:
      return { tag: 'meta graph', kind: 'graph', plugin: 'graphs' };
    default:
      return undefined;
  }
}
