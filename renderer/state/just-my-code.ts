/** Whether the library's own frames are hidden and stepped over. The choice is the window's; each training is told of it. */
import { hasEnded } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import { server } from './server.js';
import { sessionUi } from './session-ui.js';
import { readStackAgain } from './stop-view.js';

/** From the next stop on; where training stands, its call stack changes at once. */
export async function setJustMyCode(enabled: boolean): Promise<void> {
  sessionUi.setState({ justMyCode: enabled });
  const { session } = appStore.getState();
  if (!session || hasEnded(session) || session.status === 'starting') return;
  await server().backstep('backstep/setJustMyCode', { enabled });
  await readStackAgain();
}

/** Called once, by the training side's start: a trainer begins with it switched on. */
export function startJustMyCode(): void {
  appStore.subscribe(({ session }, before) => {
    if (!session || hasEnded(session) || session.status === 'starting' || sessionUi.getState().justMyCode) return;
    const isNew = session.sessionId !== before.session?.sessionId || before.session.status === 'starting';
    if (!isNew) return;
    server()
      .backstep('backstep/setJustMyCode', { enabled: false })
      .then(
        () => readStackAgain(),
        (error: unknown) => console.info('the training has ended before it could be told', error),
      );
  });
}
