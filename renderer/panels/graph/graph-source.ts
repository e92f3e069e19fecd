/** The graph of the experiment that is being written: asked for after each analysis that finds it in order, while somebody looks. */
import { useEffect, useRef, useState } from 'react';
import type { OpGraph } from '../../../src/shared/graph/op-graph.js';
import type { Problem } from '../../../src/shared/protocol/training.js';
import { isCode } from '../../state/analysis-actions.js';
import { appStore } from '../../state/app-state.js';
import { server } from '../../state/server.js';
import { useApp } from '../../use-app.js';

export interface GraphSource {
  readonly experiment?: string;
  /** Of the last version that could be recorded. */
  readonly graph?: OpGraph;
  /** Why the version of now has none. */
  readonly problem?: Pick<Problem, 'message' | 'hint'>;
  readonly recording: boolean;
}

/** `visible`: nothing is recorded while nobody looks. */
export function useGraphSource(visible: boolean): GraphSource {
  const experiment = useApp((state) => state.experiment);
  const trusted = useApp((state) => state.workspace?.trusted === true);
  const analysis = useApp((state) => (state.experiment === undefined ? undefined : state.analyses[state.experiment]));
  const [source, setSource] = useState<GraphSource>({ recording: false });
  /** The analysis that the last question followed from. */
  const asked = useRef<unknown>(undefined);

  useEffect(() => {
    if (!visible || !trusted || experiment === undefined || !analysis || asked.current === analysis) return;
    const failed = analysis.problems.find(({ severity }) => severity === 'error');
    asked.current = analysis;
    if (failed) {
      setSource((before) => ({ experiment, graph: graphOf(before, experiment), problem: failed, recording: false }));
      return;
    }
    setSource((before) => ({ experiment, graph: graphOf(before, experiment), recording: true }));
    void record(experiment).then((answer) => {
      // A newer question is under way.
      if (asked.current !== analysis) return;
      setSource((before) => ({
        ...answer,
        experiment,
        graph: answer.graph ?? graphOf(before, experiment),
        recording: false,
      }));
    });
  }, [visible, trusted, experiment, analysis]);

  return source.experiment === experiment ? source : { experiment, recording: false };
}

function graphOf(source: GraphSource, experiment: string): OpGraph | undefined {
  return source.experiment === experiment ? source.graph : undefined;
}

async function record(experiment: string): Promise<Pick<GraphSource, 'graph' | 'problem'>> {
  const dirty = appStore.getState().openFiles.filter((file) => file.dirty && isCode(file.path));
  const overlays = Object.fromEntries(dirty.map((file) => [file.path, file.text]));
  try {
    const { graph, problems } = await server().request('experiment/graph', { experiment, overlays, batch: 'zeros' });
    return graph ? { graph } : { problem: problems.find(({ severity }) => severity === 'error') ?? problems[0] };
  } catch (error) {
    return { problem: { message: error instanceof Error ? error.message : String(error) } };
  }
}
