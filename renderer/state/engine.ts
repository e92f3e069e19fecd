/**
 * Native TensorFlow as this window knows it: what the server says, asked after every (re)connection and
 * followed from then on, and what a person can do about it. Draws nothing.
 */
import type { EngineStatus } from '../../src/shared/protocol/engine.js';
import { appStore, notify } from './app-state.js';
import { registerCommands, runCommand } from './commands.js';
import { RequestError, type Connection } from './connection.js';
import { ask, confirm, dialogStore } from './dialogs.js';
import { server } from './server.js';

export const engineTitle = 'Native TensorFlow';

/** Called once by main.tsx, before the connection opens. */
export function startEngine(connection: Connection): void {
  connection.onStatus((status) => {
    if (status === 'open') void refresh(connection);
  });
  connection.onNotification('engine/changed', (engine) => take(engine));
  registerCommands(
    // Where it is there already, the same dialog says so.
    { id: 'engine.setUp', title: 'TensorFlow: Set Up Native TensorFlow…', run: showEngine },
    {
      id: 'engine.cancel',
      title: 'TensorFlow: Cancel Setting Up',
      enabled: () => appStore.getState().engine?.progress !== undefined,
      run: cancelInstall,
    },
    {
      id: 'engine.remove',
      title: 'TensorFlow: Remove Native TensorFlow…',
      enabled: () => isInstalled() && appStore.getState().engine?.progress === undefined,
      run: removeEngine,
    },
  );
}

function isInstalled(): boolean {
  return appStore.getState().engine?.installed !== undefined;
}

async function refresh(connection: Connection): Promise<void> {
  try {
    // The server looks at the disk anew; its answer to a window says nothing to the others.
    appStore.setState({ engine: await connection.request('engine/status', {}) });
  } catch (error) {
    if (error instanceof RequestError && error.tag === 'disconnected') return;
    console.warn('whether native TensorFlow is there is not known', error);
  }
}

/** The server's word. Tells what ended while nobody looked at it. */
function take(engine: EngineStatus): void {
  const before = appStore.getState().engine;
  appStore.setState({ engine });
  if (before?.progress === undefined || engine.progress !== undefined || isShown()) return;
  if (engine.failure) {
    notify({
      severity: 'error',
      message: `${engineTitle} was not set up: ${engine.failure.message}`,
      detail: engine.failure.hint,
      actions: [{ label: 'Show', run: () => void runCommand('engine.setUp') }],
    });
  } else if (engine.installed && engine.installed.installedAt !== before.installed?.installedAt) {
    notify({
      severity: 'info',
      message: `${engineTitle} ${engine.installed.version} is set up. The next run uses it.`,
    });
  }
}

function isShown(): boolean {
  return dialogStore.getState().asked?.question.kind === 'engine';
}

export async function showEngine(): Promise<void> {
  await ask({ kind: 'engine' });
}

/** What an installation would do here, and what stands in its way; asks the package index, which takes seconds. */
export async function lookForPlan(): Promise<void> {
  appStore.setState({ engine: await server().request('engine/status', { plan: true }) });
}

/** Begins; how it goes comes by itself. @throws RequestError */
export async function installEngine(): Promise<void> {
  appStore.setState({ engine: await server().request('engine/install', {}) });
}

export async function cancelInstall(): Promise<void> {
  appStore.setState({ engine: await server().request('engine/cancel', {}) });
}

export async function removeEngine(): Promise<void> {
  const sure = await confirm(
    `Remove ${engineTitle.toLowerCase().replace('tensorflow', 'TensorFlow')}?`,
    'It and its downloads are deleted from your Backstep folder. Training goes on with wasm; it can be set up again at any time.',
    'Remove',
    'danger',
  );
  if (!sure) return;
  appStore.setState({ engine: await server().request('engine/remove', {}) });
}
