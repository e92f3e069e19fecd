/** The open folder: opening, trusting, closing it, and what the server says about it. */
import { appStore } from './app-state.js';
import type { Connection } from './connection.js';

/** Called once by main.tsx: keeps the store in step with the server. */
export function startWorkspace(connection: Connection): void {
  connection.onStatus((status) => {
    appStore.setState({ connection: status });
    if (status === 'open') void greet(connection);
  });
}

async function greet(connection: Connection): Promise<void> {
  const info = await connection.request('app/info', {});
  appStore.setState({ info, workspace: info.workspace, breakpoints: info.workspace?.breakpoints ?? [] });
}
