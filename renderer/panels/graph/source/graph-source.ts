/** What the panel draws: a model file that was opened, else the graph of the experiment that is being written, recorded while somebody looks. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { OpenedModel } from '../../../../src/shared/models/model-format.js';
import { openedModel } from '../../../state/opened-model.js';
import { baseName } from '../../../state/paths.js';
import { recordedGraphs, recordGraph, type GraphRecord } from '../../../state/recorded-graphs.js';
import { useApp } from '../../../use-app.js';

export interface GraphSource extends GraphRecord {
  readonly experiment?: string;
  /** A file by others. */
  readonly file?: {
    readonly name: string;
    readonly path: string;
    readonly model?: OpenedModel;
    readonly index: number;
  };
}

const nothing: GraphRecord = { recording: false };

/** `visible`: nothing is recorded while nobody looks. */
export function useGraphSource(visible: boolean): GraphSource {
  const view = useStore(openedModel, (state) => state.view);
  const experiment = useApp((state) => state.experiment);
  const trusted = useApp((state) => state.workspace?.trusted === true);
  const analysis = useApp((state) => (state.experiment === undefined ? undefined : state.analyses[state.experiment]));
  const record = useStore(recordedGraphs, (records) => (experiment === undefined ? undefined : records[experiment]));
  const isWanted = visible && trusted && view === undefined;
  useEffect(() => {
    if (isWanted && experiment !== undefined && analysis) void recordGraph(experiment);
  }, [isWanted, experiment, analysis]);
  if (view) {
    const file = { name: baseName(view.path), path: view.path, model: view.model, index: view.index };
    return { file, graph: view.model?.graphs[view.index]?.graph, recording: view.model === undefined };
  }
  return { experiment, ...(record ?? nothing) };
}
