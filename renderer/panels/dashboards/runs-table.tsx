/** placeholder */
import type { Dashboard } from '../../state/dashboard-schema.js';
export function RunsTable({ dashboard }: { readonly dashboard: Dashboard }) {
  return <p>{dashboard.name}</p>;
}
