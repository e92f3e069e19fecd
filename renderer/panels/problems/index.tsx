import { currentProblems } from '../../state/problems.js';
import { useApp } from '../../use-app.js';
import type { Panel } from '../panel.js';
import { Problems } from './problems.js';

function useBadge(): number | undefined {
  const count = useApp((state) =>
    currentProblems(state).reduce(
      (sum, { problems }) => sum + problems.filter((problem) => problem.severity !== 'info').length,
      0,
    ),
  );
  return count === 0 ? undefined : count;
}

export const problemsPanel: Panel = {
  id: 'problems',
  title: 'Problems',
  icon: 'warning',
  place: 'bottom',
  order: 40,
  component: Problems,
  useBadge,
  keys: ['Ctrl+Shift+M'],
};
