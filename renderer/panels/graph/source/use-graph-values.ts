/** Which values the graph shows: those of the step that training stands in, else those that were measured with the recorded step. */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { measuredValues, stepValues, type GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { opValues, readOpValues } from '../../../state/op-values.js';
import { measureGraph } from '../../../state/recorded-graphs.js';
import { useApp } from '../../../use-app.js';
import type { GraphSource } from './graph-source.js';

export interface ShownValues {
  readonly values: GraphValues | undefined;
  /** What they are of: `step 41`, `the first batch`. */
  readonly of: string | undefined;
  /** Whether they are those of the stop that training stands at. */
  readonly isLive: boolean;
  /** Whether more of them are on the way. */
  readonly isPartial: boolean;
  /** Has them measured; none where that cannot be. */
  readonly measure?: () => void;
}

export function useGraphValues(graph: OpGraph, source: GraphSource, visible: boolean): ShownValues {
  const { experiment, file } = source;
  const stop = useApp(({ session }) =>
    session?.status === 'paused' && session.experiment === experiment ? session.stop : undefined,
  );
  const sessionId = useApp(({ session }) => session?.sessionId);
  const isWanted = stop !== undefined && visible && file === undefined;
  useEffect(() => {
    if (isWanted) void readOpValues();
  }, [isWanted, stop]);

  const read = useStore(opValues, (state) => state.values);
  const known =
    read && file === undefined && read.experiment === experiment && read.sessionId === sessionId ? read : undefined;
  const ofStep = useMemo(() => known && stepValues(graph, known), [graph, known]);
  const measured = useMemo(() => measuredValues(graph), [graph]);
  const canMeasure = experiment !== undefined && file === undefined && graph.batch !== 'none';
  return {
    values: ofStep ?? measured,
    of: known ? `step ${known.step}` : measured ? 'the first batch' : undefined,
    isLive: known !== undefined && stop !== undefined && known.step === stop.step && known.epoch === stop.epoch,
    isPartial: known !== undefined && !known.isWhole,
    measure: canMeasure ? () => void measureGraph(experiment) : undefined,
  };
}
