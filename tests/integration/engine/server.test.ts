/** The server's side of native TensorFlow: one job at a time, told to every window; the installer is a stand-in. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { EngineStatus } from '../../../src/shared/protocol/engine.js';
import { serve, testPlace, TestWindow } from '../server/support.js';

const installed = { version: '2.21.0', flavor: 'cpu', folder: '/engines/x', bytes: 1, installedAt: 1 };

/** Says what the job asks for; `install` waits for SIGTERM where its version is 1.0.0, and fails where it is 0.0.0. */
const installer = `
const job = JSON.parse(process.argv[2]);
const say = (message, last) => process.send(message, () => last && process.exit(0));
const status = { obstacles: [], installed: ${JSON.stringify(installed)} };
if (job.kind === 'status') say({ kind: 'done', status: { obstacles: [], ...(job.plan ? { plan: { version: '2.21.0', flavor: 'cpu', because: 'x', packages: [], addon: 'prebuilt' } } : {}) } }, true);
else if (job.kind === 'remove') say({ kind: 'done', status: { obstacles: [] } }, true);
else {
  say({ kind: 'progress', progress: { phase: 'downloading', message: 'Downloading', doneBytes: 1, totalBytes: 2 } });
  if (job.version === '1.0.0') { process.on('SIGTERM', () => process.exit(130)); setInterval(() => {}, 1000); }
  else if (job.version === '0.0.0') say({ kind: 'failed', failure: { message: 'no' }, obstacles: [{ kind: 'disk', message: 'full' }] }, true);
  else if (job.version === '9.9.9') process.kill(process.pid, 'SIGKILL');
  else setTimeout(() => say({ kind: 'done', status }, true), 50);
}`;

async function start() {
  const place = testPlace();
  const entry = path.join(place.folder, 'installer.cjs');
  writeFileSync(entry, installer);
  const server = await serve(place, {
    places: {
      appRoot: path.resolve(import.meta.dirname, '../../..'),
      renderer: place.folder,
      typings: place.folder,
      samples: place.folder,
      trainer: path.join(place.folder, 'no-such-trainer.js'),
      engine: entry,
      reader: path.join(place.folder, 'no-such-reader.js'),
      home: place.home,
      samplesFolder: place.folder,
    },
  });
  const window = await TestWindow.connect(server);
  const changed = (look: (status: EngineStatus) => boolean) =>
    window.until(
      (frame) => frame.kind === 'notification' && frame.name === 'engine/changed' && look(frame.body as EngineStatus),
    );
  return { window, changed };
}

test('looks, installs with progress, removes', async () => {
  const { window, changed } = await start();
  expect(await window.request('engine/status', {})).toEqual({ obstacles: [] });
  expect((await window.request('engine/status', { plan: true })).plan).toMatchObject({ version: '2.21.0' });
  expect((await window.request('engine/install', {})).progress).toMatchObject({ phase: 'checking' });
  await changed(({ progress }) => progress?.doneBytes === 1);
  await changed((status) => status.installed !== undefined && status.progress === undefined);
  expect((await window.request('engine/remove', {})).installed).toBeUndefined();
});

test('one installation at a time; cancelling leaves no failure', async () => {
  const { window, changed } = await start();
  await window.request('engine/install', { version: '1.0.0' });
  await changed(({ progress }) => progress?.phase === 'downloading');
  expect(await window.failure('engine/install', {})).toMatchObject({ tag: 'busy' });
  // Looking meanwhile shows how far it is.
  expect((await window.request('engine/status', {})).progress).toMatchObject({ phase: 'downloading' });
  const status = await window.request('engine/cancel', {});
  expect(status.progress).toBeUndefined();
  expect(status.failure).toBeUndefined();
  expect((await window.request('engine/cancel', {})).progress).toBeUndefined();
});

test('how an installation failed is said until the next one', async () => {
  const { window, changed } = await start();
  await window.request('engine/install', { version: '0.0.0' });
  await changed(({ failure }) => failure?.message === 'no');
  expect(await window.request('engine/status', {})).toMatchObject({ failure: { message: 'no' } });
  await window.request('engine/install', { version: '9.9.9' });
  await changed(({ failure }) => /was ended by the system \(SIGKILL\)/.test(failure?.message ?? ''));
  expect((await window.request('engine/install', {})).failure).toBeUndefined();
});
