/** What a view says while it has nothing to show. Children say what to do next; buttons may follow. */
import type { ReactNode } from 'react';
import { Icon } from './icon.js';

export function EmptyState({ icon, children, actions }: { icon?: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty-state">
      {icon && <Icon name={icon} />}
      <p>{children}</p>
      {actions}
    </div>
  );
}
