/** What stands in the graph's place while there is none: why, and what to do next. */
import { MendFirst, TrustFirst } from '../../../training/run-or-trust.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { useApp } from '../../../use-app.js';
import type { GraphSource } from './graph-source.js';

export function NoGraph({ source }: { source: GraphSource }) {
  const workspace = useApp((state) => state.workspace);
  if (!workspace) return null;
  if (source.file) return <EmptyState icon="type-hierarchy-sub">Opening {source.file.name}…</EmptyState>;
  if (source.experiment === undefined) {
    return (
      <EmptyState icon="type-hierarchy-sub">
        No experiment in this folder yet. Add a file with <code>export default defineExperiment(…)</code>; the ops of
        its training step show here.
      </EmptyState>
    );
  }
  if (!workspace.trusted) {
    return <TrustFirst>The graph comes from running the model’s code, and this folder is not trusted.</TrustFirst>;
  }
  if (source.problem) {
    return <MendFirst>There is no graph yet: {source.problem.message}</MendFirst>;
  }
  return <EmptyState icon="type-hierarchy-sub">Taking a training step to see its ops…</EmptyState>;
}
