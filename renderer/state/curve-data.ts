/** The window's one store of curves' points, bound to the server. */
import { appStore } from './app-state.js';
import type { Connection } from './connection.js';
import { onLogChange } from './log-sync.js';
import { SeriesStore } from './series-store.js';
import { server } from './server.js';

export const seriesStore = new SeriesStore((series) =>
  server().request('logs/points', { series: [...series], most: 20_000_000 }),
);

/** Called once. */
export function startCurveData(connection: Connection): void {
  onLogChange((runs) => seriesStore.changed(runs));
  appStore.subscribe((state, before) => {
    if (state.workspace?.path !== before.workspace?.path) seriesStore.clear();
  });
  // What a lost server knew of generations, the next one does not.
  let opened = 0;
  connection.onStatus((status) => {
    if (status === 'open' && opened++ > 0) seriesStore.clear();
  });
}
