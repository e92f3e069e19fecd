/** The graph of the experiment that is being written: asked for after each analysis that finds it in order, while somebody looks. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { recordedGraphs, recordGraph, type GraphRecord } from '../../state/recorded-graphs.js';
import { useApp } from '../../use-app.js';

export interface GraphSource extends GraphRecord {
  readonly experiment?: string;
}

const nothing: GraphRecord = { recording: false };

/** `visible`: nothing is recorded while nobody looks. */
export function useGraphSource(visible: boolean): GraphSource {
  const experiment = useApp((state) => state.experiment);
  const trusted = useApp((state) => state.workspace?.trusted === true);
  const analysis = useApp((state) => (state.experiment === undefined ? undefined : state.analyses[state.experiment]));
  const record = useStore(recordedGraphs, (records) => (experiment === undefined ? undefined : records[experiment]));
  useEffect(() => {
    if (visible && trusted && experiment !== undefined && analysis) void recordGraph(experiment);
  }, [visible, trusted, experiment, analysis]);
  return { experiment, ...(record ?? nothing) };
}
