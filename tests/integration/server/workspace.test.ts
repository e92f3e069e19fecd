import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { experimentText, openWorkspace, serve, testPlace, TestWindow } from './support.js';

const isRoot = process.getuid?.() === 0;

describe('nothing outside the open folder is touched', () => {
  async function withOutside() {
    const opened = await openWorkspace();
    const outside = path.join(opened.place.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'secret.txt'), 'secret');
    mkdirSync(`${opened.place.workspace}-twin`);
    writeFileSync(path.join(`${opened.place.workspace}-twin`, 'secret.txt'), 'secret');
    symlinkSync(outside, path.join(opened.place.workspace, 'link'));
    symlinkSync(path.join(outside, 'secret.txt'), path.join(opened.place.workspace, 'link.txt'));
    symlinkSync(path.join(outside, 'new.txt'), path.join(opened.place.workspace, 'dangling.txt'));
    return { ...opened, outside };
  }

  test('reading and writing', async () => {
    const { window, outside, place } = await withOutside();
    for (const file of [
      path.join(outside, 'secret.txt'),
      '../outside/secret.txt',
      `${place.workspace}/../outside/secret.txt`,
      `${place.workspace}-twin/secret.txt`,
      'link/secret.txt',
      'link.txt',
      'link/../link/secret.txt',
      '/etc/passwd',
    ]) {
      expect((await window.failure('file/read', { path: file })).tag, file).toBe('outside-workspace');
      expect((await window.failure('file/write', { path: file, text: 'x' })).tag, file).toBe('outside-workspace');
    }
    expect((await window.failure('file/read', { path: 'a\0b' })).tag).toBe('invalid-params');
    expect(readFileSync(path.join(outside, 'secret.txt'), 'utf8')).toBe('secret');
  });

  test('a link to a place outside that does not exist yet is not written through', async () => {
    const { window, outside } = await withOutside();
    const answer = await window.ask('file/write', { path: 'dangling.txt', text: 'x' });
    expect(existsSync(path.join(outside, 'new.txt'))).toBe(false);
    if (answer.kind === 'failure') expect(answer.tag).toBe('outside-workspace');
  });

  test('listing, creating, renaming, deleting', async () => {
    const { window, outside, place } = await withOutside();
    for (const folder of ['..', '../outside', 'link', outside]) {
      expect((await window.failure('file/list', { path: folder })).tag, folder).toBe('outside-workspace');
    }
    for (const entry of ['../new.txt', 'link/new.txt', path.join(outside, 'new.txt')]) {
      expect((await window.failure('file/create', { path: entry, kind: 'file' })).tag, entry).toBe('outside-workspace');
      expect((await window.failure('file/rename', { path: 'experiment.ts', to: entry })).tag, entry).toBe(
        'outside-workspace',
      );
    }
    for (const entry of ['link/secret.txt', path.join(outside, 'secret.txt'), '..', '.', place.workspace]) {
      expect((await window.failure('file/delete', { path: entry })).tag, entry).toBe('outside-workspace');
      expect((await window.failure('file/rename', { path: entry, to: 'stolen.txt' })).tag, entry).toBe(
        'outside-workspace',
      );
    }
    expect(readdirSync(outside)).toEqual(['secret.txt']);
  });

  test('a link is deleted and renamed as the link that it is', async () => {
    const { window, outside, place } = await withOutside();
    await window.request('file/rename', { path: 'link', to: 'renamed' });
    expect(lstatSync(path.join(place.workspace, 'renamed')).isSymbolicLink()).toBe(true);
    await window.request('file/delete', { path: 'renamed' });
    expect(readdirSync(outside)).toEqual(['secret.txt']);
  });

  test('analysing and running', async () => {
    const { window, outside } = await withOutside();
    const experiment = path.join(outside, 'experiment.ts');
    writeFileSync(experiment, experimentText());
    for (const file of [experiment, 'link/experiment.ts', '../outside/experiment.ts']) {
      expect((await window.failure('experiment/analyze', { experiment: file })).tag, file).toBe('outside-workspace');
      expect((await window.failure('run/start', { experiment: file })).tag, file).toBe('outside-workspace');
    }
    const inside = { experiment: 'experiment.ts' };
    expect((await window.failure('run/start', { ...inside, runDir: '../runs/x' })).tag).toBe('outside-workspace');
    expect((await window.failure('run/start', { ...inside, continueFrom: outside })).tag).toBe('outside-workspace');
    expect((await window.failure('experiment/analyze', { ...inside, overlays: { [experiment]: '' } })).tag).toBe(
      'outside-workspace',
    );
  });
});

describe('files', () => {
  test('are listed, folders first, without what is not for people', async () => {
    const { window, place } = await openWorkspace();
    for (const file of ['b10.txt', 'b9.txt', 'src/a.ts', '.git/config', '.backstep/trash/x', 'node_modules/x/y.js'])
      place.write(file, 'x');
    const entries = await window.request('file/list', { path: '' });
    expect(entries.map(({ path: relative, kind, size }) => [relative, kind, size])).toEqual([
      ['node_modules', 'folder', undefined],
      ['src', 'folder', undefined],
      ['b9.txt', 'file', 1],
      ['b10.txt', 'file', 1],
      ['experiment.ts', 'file', experimentText().length],
    ]);
    expect((await window.request('file/list', { path: 'src' })).map((entry) => entry.path)).toEqual(['src/a.ts']);
    expect((await window.failure('file/list', { path: 'experiment.ts' })).tag).toBe('not-a-folder');
    expect((await window.failure('file/list', { path: 'nowhere' })).tag).toBe('not-found');
  });

  test('keep their text, mode and byte order mark; a save leaves nothing beside them', async () => {
    const { window, place } = await openWorkspace();
    const file = place.write('script.ts', '\uFEFFgrün\r\n');
    chmodSync(file, 0o754);
    const read = await window.request('file/read', { path: file });
    expect(read).toMatchObject({ text: '\uFEFFgrün\r\n', readOnly: false });
    const written = await window.request('file/write', {
      path: file,
      text: `${read.text}mehr\r\n`,
      baseVersion: read.version,
    });
    expect(written.kind).toBe('written');
    expect(readFileSync(file, 'utf8')).toBe('\uFEFFgrün\r\nmehr\r\n');
    expect(statSync(file).mode & 0o777).toBe(0o754);
    expect(readdirSync(place.workspace).sort()).toEqual(['experiment.ts', 'script.ts']);
    expect((await window.request('file/read', { path: file })).version).toBe(written.version);
  });

  test('changed by somebody else meanwhile are a conflict, and stay as they are', async () => {
    const { window, place, experiment } = await openWorkspace();
    const { version, text } = await window.request('file/read', { path: experiment });
    writeFileSync(experiment, 'theirs');
    expect(await window.request('file/write', { path: experiment, text: 'mine', baseVersion: version })).toMatchObject({
      kind: 'conflict',
      text: 'theirs',
    });
    expect(readFileSync(experiment, 'utf8')).toBe('theirs');
    // The same text twice is no conflict; overwriting on purpose names no base; a deleted file comes back.
    expect(
      await window.request('file/write', { path: experiment, text: 'theirs', baseVersion: version }),
    ).toMatchObject({ kind: 'written' });
    expect(await window.request('file/write', { path: experiment, text })).toMatchObject({ kind: 'written', version });
    rmSync(experiment);
    expect(await window.request('file/write', { path: experiment, text: 'again', baseVersion: version })).toMatchObject(
      { kind: 'written' },
    );
    expect(readFileSync(path.join(place.workspace, 'experiment.ts'), 'utf8')).toBe('again');
  });

  test('of two windows that save at once, one meets a conflict', async () => {
    const { window, server, experiment } = await openWorkspace();
    const other = await TestWindow.connect(server);
    const { version } = await window.request('file/read', { path: experiment });
    const answers = await Promise.all(
      [window, other].map((one, index) =>
        one.request('file/write', { path: experiment, text: `from ${index}`, baseVersion: version }),
      ),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['conflict', 'written']);
  });

  test('that are no text, or too large, are refused', async () => {
    const { window, place } = await openWorkspace();
    place.write('image.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]));
    place.write('latin.txt', Buffer.from([0x67, 0x72, 0xfc, 0x6e]));
    place.write('large.txt', Buffer.alloc(10 * 2 ** 20 + 1, 'a'));
    for (const file of ['image.png', 'latin.txt', 'large.txt', '']) {
      expect((await window.failure('file/read', { path: file })).tag, file).toBe('not-text');
    }
    expect((await window.failure('file/read', { path: 'large.txt' })).message).toContain('10.0 MB');
    expect((await window.failure('file/read', { path: 'none.txt' })).tag).toBe('not-found');
  });

  test('are created, renamed and moved to the trash, never over another', async () => {
    const { window, place } = await openWorkspace();
    await window.request('file/create', { path: 'lib/deep/new.ts', kind: 'file' });
    await window.request('file/create', { path: 'empty', kind: 'folder' });
    expect((await window.failure('file/create', { path: 'lib/deep/new.ts', kind: 'file' })).tag).toBe('exists');
    expect((await window.failure('file/create', { path: 'empty', kind: 'folder' })).tag).toBe('exists');
    expect((await window.failure('file/create', { path: 'a?b', kind: 'file' })).tag).toBe('invalid-params');
    expect((await window.failure('file/rename', { path: 'lib/deep/new.ts', to: 'experiment.ts' })).tag).toBe('exists');
    await window.request('file/rename', { path: 'lib/deep/new.ts', to: 'moved/other.ts' });
    expect((await window.failure('file/rename', { path: 'moved', to: 'moved/inside' })).tag).toBe('invalid-params');
    expect((await window.failure('file/rename', { path: 'gone.ts', to: 'x.ts' })).tag).toBe('not-found');
    place.write('moved/other.ts', 'precious');
    await window.request('file/delete', { path: 'moved' });
    expect(existsSync(path.join(place.workspace, 'moved'))).toBe(false);
    const trash = path.join(place.workspace, '.backstep/trash');
    const [kept] = readdirSync(trash);
    expect(readFileSync(path.join(trash, kept!, 'moved/other.ts'), 'utf8')).toBe('precious');
    expect((await window.failure('file/delete', { path: '.backstep' })).tag).toBe('exists');
    expect((await window.failure('file/delete', { path: 'moved' })).tag).toBe('not-found');
  });

  test.skipIf(isRoot)(
    `that may not be written say so${isRoot ? ' (skipped: root may write everything)' : ''}`,
    async () => {
      const { window, place } = await openWorkspace();
      const file = place.write('locked/a.txt', 'a');
      chmodSync(file, 0o444);
      expect((await window.request('file/read', { path: file })).readOnly).toBe(true);
      expect((await window.failure('file/write', { path: file, text: 'b' })).tag).toBe('permission');
      chmodSync(path.dirname(file), 0o555);
      expect((await window.failure('file/create', { path: 'locked/b.txt', kind: 'file' })).tag).toBe('permission');
      chmodSync(path.dirname(file), 0o755);
    },
  );

  test('changed by anybody are told, and new experiments are found', async () => {
    const { window, place } = await openWorkspace();
    // The watch is set up in the background: what is written before it stands is not told.
    const noticed = window.notification('files/changed', ({ paths }) => paths.includes('notes.txt'));
    const writing = setInterval(() => place.write('notes.txt', String(Date.now())), 100);
    await noticed.finally(() => clearInterval(writing));
    place.write('node_modules/x/index.js', 'a');
    place.write('runs/one/run.json', '{}');
    await window.notification('runs/changed');
    await window.request('file/write', { path: 'sub/second.ts', text: experimentText() });
    const { workspace } = await window.notification(
      'workspace/changed',
      (body) => body.workspace?.experiments.length === 2,
    );
    expect(workspace!.experiments.map((file) => path.relative(place.workspace, file))).toEqual([
      'experiment.ts',
      'sub/second.ts',
    ]);
    const told = window.frames.flatMap((frame) =>
      frame.kind === 'notification' && frame.name === 'files/changed' ? (frame.body as { paths: string[] }).paths : [],
    );
    expect(told.filter((relative) => /node_modules|runs\/|backstep-tmp/.test(relative))).toEqual([]);
  });
});

describe('folders', () => {
  test('without one, requests about it say what to do', async () => {
    const window = await TestWindow.connect(await serve(testPlace()));
    for (const [name, params] of [
      ['file/list', { path: '' }],
      ['file/read', { path: 'x' }],
      ['workspace/trust', { trusted: true }],
      ['runs/list', {}],
      ['run/start', { experiment: '/x.ts' }],
      ['experiment/analyze', { experiment: '/x.ts' }],
    ] as const) {
      expect((await window.failure(name, params)).tag, name).toBe('no-workspace');
    }
    expect((await window.request('session/current', {})).session).toBeUndefined();
  });

  test('run nothing before they are trusted, once and for all', async () => {
    const place = testPlace();
    place.write('experiment.ts', experimentText());
    const server = await serve(place);
    const window = await TestWindow.connect(server);
    const opened = await window.request('workspace/open', { path: place.workspace });
    expect(opened).toMatchObject({
      trusted: false,
      name: 'workspace',
      experiments: [path.join(place.workspace, 'experiment.ts')],
    });
    expect((await window.failure('experiment/analyze', { experiment: 'experiment.ts' })).tag).toBe('not-trusted');
    expect((await window.failure('run/start', { experiment: 'experiment.ts' })).tag).toBe('not-trusted');
    expect((await window.request('file/read', { path: 'experiment.ts' })).text).toContain('defineExperiment');
    expect((await window.request('workspace/trust', { trusted: true })).trusted).toBe(true);
    expect((await window.request('experiment/analyze', { experiment: 'experiment.ts' })).problems).toEqual([]);
    await server.close();
    const again = await TestWindow.connect(await serve(place));
    expect((await again.request('workspace/open', { path: place.workspace })).trusted).toBe(true);
    await again.request('workspace/trust', { trusted: false });
    expect((await again.failure('run/start', { experiment: 'experiment.ts' })).tag).toBe('not-trusted');
  });

  test('are remembered, with their breakpoints', async () => {
    const { window, server, place } = await openWorkspace();
    const breakpoints = [{ id: 'a', enabled: true, at: { kind: 'step' as const, step: 5 } }];
    await window.request('workspace/setBreakpoints', { breakpoints });
    const lines = [{ id: 'l', enabled: true, file: path.join(place.workspace, 'experiment.ts'), line: 3 }];
    const debugging = { lines, exceptions: ['uncaught' as const], watches: ['loss * 2'] };
    await window.request('workspace/setDebugging', { debugging });
    await server.close();
    rmSync(path.join(place.folder, 'gone'), { force: true, recursive: true });
    const again = await TestWindow.connect(await serve(place));
    expect((await again.request('app/info', {})).recentFolders).toEqual([
      { path: place.workspace, name: 'workspace', exists: true },
    ]);
    const opened = await again.request('workspace/open', { path: place.workspace });
    expect(opened).toMatchObject({ breakpoints, debugging });
    await again.request('app/forgetRecent', { path: place.workspace });
    expect((await again.request('app/info', {})).recentFolders).toEqual([]);
  });

  test('a damaged settings file counts as empty and is written anew', async () => {
    const place = testPlace();
    writeFileSync(path.join(place.home, 'settings.json'), '{"recentFolders": [7], "trustedFol');
    const window = await TestWindow.connect(await serve(place));
    expect((await window.request('app/info', {})).recentFolders).toEqual([]);
    await window.request('workspace/open', { path: place.workspace });
    expect(JSON.parse(readFileSync(path.join(place.home, 'settings.json'), 'utf8'))).toMatchObject({
      recentFolders: [place.workspace],
    });
  });

  test('that are no folders are refused', async () => {
    const { window, experiment } = await openWorkspace();
    expect((await window.failure('workspace/open', { path: experiment })).tag).toBe('not-a-folder');
    expect((await window.failure('workspace/open', { path: '/no/such/folder' })).tag).toBe('not-found');
    expect((await window.failure('workspace/open', { path: 'relative' })).tag).toBe('invalid-params');
  });

  test('are listed by name for choosing one', async () => {
    const { window, place } = await openWorkspace();
    expect(await window.request('folders/list', { path: place.folder })).toEqual({
      path: place.folder,
      parent: path.dirname(place.folder),
      folders: ['home', 'workspace'],
    });
    expect((await window.request('folders/list', { path: '/' })).parent).toBeUndefined();
    expect((await window.failure('folders/list', { path: 'relative' })).tag).toBe('invalid-params');
    expect((await window.failure('folders/list', { path: '/no/such' })).tag).toBe('not-found');
  });

  test('one that is deleted while open is told of, and the server goes on', async () => {
    const { window, place } = await openWorkspace();
    renameSync(place.workspace, path.join(place.folder, 'moved'));
    const { workspace, message } = await window.notification('workspace/changed', (body) => body.message !== undefined);
    expect(workspace).toBeUndefined();
    expect(message).toContain('deleted, moved or replaced');
    expect((await window.failure('file/list', { path: '' })).tag).toBe('no-workspace');
    expect((await window.request('workspace/open', { path: path.join(place.folder, 'moved') })).name).toBe('moved');
  });

  test('open in two servers are told of in both, until one closes', async () => {
    const { window, place } = await openWorkspace();
    const second = await serve(place);
    const other = await TestWindow.connect(second);
    const info = await other.request('workspace/open', { path: place.workspace });
    expect(info.alsoOpenIn).toContain('another Backstep');
    await window.notification(
      'workspace/changed',
      (body) => body.workspace?.alsoOpenIn?.includes(String(second.port)) ?? false,
    );
    window.forgetFrames();
    await other.request('workspace/close', {});
    await window.notification(
      'workspace/changed',
      (body) => body.workspace !== undefined && body.workspace.alsoOpenIn === undefined,
    );
  });

  test('a server that was killed does not count as having one open', async () => {
    const { window, place } = await openWorkspace();
    writeFileSync(
      path.join(place.home, 'open-folders/dead.json'),
      JSON.stringify({ pid: 2 ** 22 + 1, folder: place.workspace, port: 1 }),
    );
    expect((await window.request('app/info', {})).workspace!.alsoOpenIn).toBeUndefined();
  });
});

describe('samples', () => {
  function samples(place: ReturnType<typeof testPlace>) {
    const folder = path.join(place.folder, 'samples/rps');
    mkdirSync(path.join(folder, 'lib'), { recursive: true });
    writeFileSync(
      path.join(folder, 'sample.json'),
      JSON.stringify({ title: 'Rock', description: 'Hands', tags: ['images'] }),
    );
    writeFileSync(path.join(folder, 'experiment.ts'), experimentText());
    writeFileSync(path.join(folder, 'lib/model.ts'), 'export {};');
    mkdirSync(path.join(place.folder, 'samples/broken'));
    writeFileSync(path.join(place.folder, 'samples/broken/sample.json'), '{');
  }

  test('are listed, copied, trusted, and opened again rather than copied twice', async () => {
    const place = testPlace();
    samples(place);
    const window = await TestWindow.connect(await serve(place));
    expect((await window.request('app/info', {})).samples).toEqual([
      { id: 'rps', title: 'Rock', description: 'Hands', tags: ['images'] },
    ]);
    const first = await window.request('sample/open', { id: 'rps' });
    expect(first).toMatchObject({ path: path.join(place.folder, 'Backstep/rps'), trusted: true });
    expect(readdirSync(first.path).sort()).toEqual(['experiment.ts', 'lib']);
    writeFileSync(path.join(first.path, 'experiment.ts'), 'edited');
    expect(await window.request('sample/open', { id: 'rps' })).toMatchObject({ path: first.path, trusted: true });
    expect(readFileSync(path.join(first.path, 'experiment.ts'), 'utf8')).toBe('edited');
    expect(readdirSync(path.join(place.folder, 'Backstep'))).toEqual(['rps']);
    expect((await window.failure('sample/open', { id: 'none' })).tag).toBe('not-found');
    expect((await window.failure('sample/open', { id: '../workspace' })).tag).toBe('not-found');
  });

  test('take another name where something else has theirs, which is neither touched nor trusted', async () => {
    const place = testPlace();
    samples(place);
    const parent = path.join(place.folder, 'mine');
    mkdirSync(path.join(parent, 'rps'), { recursive: true });
    writeFileSync(path.join(parent, 'rps/precious.txt'), 'precious');
    const window = await TestWindow.connect(await serve(place));
    expect((await window.request('sample/open', { id: 'rps', parent })).path).toBe(path.join(parent, 'rps-2'));
    expect(readdirSync(path.join(parent, 'rps'))).toEqual(['precious.txt']);
  });

  test('a folder that looks like the sample but holds other code is not trusted by that', async () => {
    const place = testPlace();
    samples(place);
    const parent = path.join(place.folder, 'mine');
    mkdirSync(path.join(parent, 'rps/lib'), { recursive: true });
    writeFileSync(path.join(parent, 'rps/experiment.ts'), 'evil');
    writeFileSync(path.join(parent, 'rps/lib/model.ts'), 'evil');
    const window = await TestWindow.connect(await serve(place));
    expect(await window.request('sample/open', { id: 'rps', parent })).toMatchObject({
      path: path.join(parent, 'rps'),
      trusted: false,
    });
  });
});
