/**
 * What there is to stop at, as far as it is known: layers and metrics of the run under way or of the
 * last analysis, ops of the recorded graph, rules of the trainer. Reads the window's state, changes none of it.
 */
import { createStore } from 'zustand/vanilla';
import type { KnownNames } from '../../src/shared/conditions/condition.js';
import type { OpGraph } from '../../src/shared/graph/op-graph.js';
import type { RuleInfo } from '../../src/shared/protocol/diagnosis.js';
import { stepPhases, type LayerInfo, type StepPhase } from '../../src/shared/protocol/training.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import { appStore, type AppState } from './app-state.js';
import { recordedGraphs, recordGraph } from './recorded-graphs.js';
import { server } from './server.js';
import { readStored, writeStored } from './session-storage.js';

type Known = Pick<AppState, 'session' | 'experiment' | 'shapes'>;

/** Of the run under way where it trains this window's experiment, else of its last analysis that had any. */
export function knownLayers({ session, experiment, shapes }: Known): readonly LayerInfo[] {
  const run = session && (experiment === undefined || session.experiment === experiment) ? session.start : undefined;
  const analysed = experiment === undefined ? undefined : shapes[experiment]?.layers;
  return (run && !hasEnded(session!) ? run.layers : (analysed ?? run?.layers)) ?? [];
}

export function knownMetrics({ session }: Known): readonly string[] {
  return session?.start?.metricNames ?? [];
}

/** For checking conditions: names outside of these are errors, where they are known. */
export function knownNames(state: Known = appStore.getState()): KnownNames {
  const layers = knownLayers(state).map(({ layer }) => layer);
  const metrics = state.session?.start?.metricNames;
  const graph = state.experiment === undefined ? undefined : recordedGraphs.getState()[state.experiment]?.graph;
  const weights = weightNames(graph).filter((name) => layers.some((layer) => name.startsWith(`${layer}/`)));
  return {
    ...(metrics ? { metrics } : {}),
    ...(layers.length > 0 ? { layers } : {}),
    ...(weights.length > 0 ? { weights } : {}),
  };
}

export interface KnownOp {
  readonly op: string;
  readonly count: number;
  readonly layers: readonly string[];
  readonly phases: readonly StepPhase[];
}

/** The kinds of ops of the recorded step, in the order in which they first run. */
export function opsOf(graph: OpGraph | undefined): readonly KnownOp[] {
  const kinds = new Map<string, { count: number; layers: Set<string>; phases: Set<StepPhase> }>();
  for (const { op, kind, layer, phase } of graph?.nodes ?? []) {
    if (kind !== 'op') continue;
    const entry = kinds.get(op) ?? { count: 0, layers: new Set(), phases: new Set() };
    kinds.set(op, entry);
    entry.count++;
    if (layer !== undefined) entry.layers.add(layer);
    if (isStepPhase(phase)) entry.phases.add(phase);
  }
  return [...kinds].map(([op, { count, layers, phases }]) => ({
    op,
    count,
    layers: [...layers],
    phases: stepPhases.filter((phase) => phases.has(phase)),
  }));
}

function isStepPhase(phase: string): phase is StepPhase {
  return (stepPhases as readonly string[]).includes(phase);
}

/** Of the window's experiment, recorded now where that was not done yet. */
export async function graphOfExperiment(): Promise<OpGraph | undefined> {
  const { experiment, workspace } = appStore.getState();
  if (experiment === undefined) return undefined;
  if (workspace?.trusted) await recordGraph(experiment);
  return recordedGraphs.getState()[experiment]?.graph;
}

/** `dense_1`, `dense_1/kernel`: what weights and gradients are called, from the recorded step. */
export function weightNames(graph: OpGraph | undefined): readonly string[] {
  return (graph?.nodes ?? [])
    .filter(({ kind, layer }) => kind === 'variable' && layer !== undefined)
    .map(({ id }) => id);
}

/** The rules that can be armed; kept over runs, for only a trainer knows them. */
export const rulesStore = createStore<{ readonly rules: readonly RuleInfo[] }>(() => ({
  rules: readStored<readonly RuleInfo[]>('rules', []),
}));

/** Asks the training under way for its rules. */
export async function learnRules(): Promise<void> {
  try {
    const { rules } = await server().backstep('backstep/rules', {});
    rulesStore.setState({ rules });
    writeStored('rules', rules);
  } catch (error) {
    // Those that an earlier training told still stand.
    console.info('the training does not tell its rules', error);
  }
}
