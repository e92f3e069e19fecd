/** What a window is told of native TensorFlow, and what it says of it by itself. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { appStore } from '../../../../renderer/state/app-state.js';
import { canRun, runCommand } from '../../../../renderer/state/commands.js';
import type { Connection, ConnectionStatus } from '../../../../renderer/state/connection.js';
import { dialogStore } from '../../../../renderer/state/dialogs.js';
import { startEngine } from '../../../../renderer/state/engine.js';
import type { EngineStatus } from '../../../../src/shared/protocol/engine.js';

const fake = vi.hoisted(() => ({ request: vi.fn() }));
vi.mock('../../../../renderer/state/server.js', () => ({ server: () => fake }));

let tell: (status: EngineStatus) => void = () => undefined;
let connected: (status: ConnectionStatus) => void = () => undefined;
startEngine({
  request: fake.request,
  onStatus: (listener: typeof connected) => (connected = listener),
  onNotification: (_name: string, listener: typeof tell) => (tell = listener),
} as unknown as Connection);

const installed = { version: '2.21.0', flavor: 'cpu', folder: '/f', bytes: 1, installedAt: 5 } as const;
const progress = { phase: 'building', message: 'Compiling' } as const;
const notices = () => appStore.getState().notices.map((notice) => notice.message);

beforeEach(() => {
  fake.request.mockReset();
  appStore.setState({ engine: undefined, notices: [] });
  dialogStore.setState({ asked: undefined });
});

describe('native TensorFlow', () => {
  it('is asked for after every connection, which also finds an installation under way', async () => {
    fake.request.mockResolvedValue({ obstacles: [], progress });
    connected('open');
    await vi.waitFor(() => expect(appStore.getState().engine?.progress).toEqual(progress));
    expect(fake.request).toHaveBeenCalledWith('engine/status', {});
    expect(canRun('engine.cancel')).toBe(true);
    expect(canRun('engine.remove')).toBe(false);
  });

  it('that is set up in the background is told once', () => {
    tell({ obstacles: [], progress });
    tell({ obstacles: [], installed });
    tell({ obstacles: [], installed });
    expect(notices()).toEqual(['Native TensorFlow 2.21.0 is set up. The next run uses it.']);
  });

  it('that failed in the background says why and shows more', () => {
    tell({ obstacles: [], installed, progress });
    tell({ obstacles: [], installed, failure: { message: 'The wheel is broken.', hint: 'Try again.' } });
    expect(notices()).toEqual(['Native TensorFlow was not set up: The wheel is broken.']);
    appStore.getState().notices[0]?.actions?.[0]?.run();
    expect(dialogStore.getState().asked?.question).toEqual({ kind: 'engine' });
  });

  it('that was cancelled, or is looked at in its dialog, needs no notice', () => {
    tell({ obstacles: [], progress });
    tell({ obstacles: [] });
    void runCommand('engine.setUp');
    tell({ obstacles: [], progress });
    tell({ obstacles: [], installed });
    expect(notices()).toEqual([]);
  });

  it('is removed after a question', async () => {
    tell({ obstacles: [], installed });
    fake.request.mockResolvedValue({ obstacles: [] });
    const done = runCommand('engine.remove');
    await vi.waitFor(() => expect(dialogStore.getState().asked?.question.kind).toBe('choose'));
    expect(fake.request).not.toHaveBeenCalled();
    dialogStore.getState().asked?.answer('yes');
    await done;
    expect(fake.request).toHaveBeenCalledWith('engine/remove', {});
    expect(appStore.getState().engine?.installed).toBeUndefined();
  });
});
