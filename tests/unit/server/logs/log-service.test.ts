import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LogsChanged } from '../../../../src/server/logs/log-reading.js';
import { LogStore } from '../../../../src/server/logs/log-store.js';
import { LogService } from '../../../../src/server/logs/log-service.js';
import { encodeEvent, encodeFileVersion, encodeScalars } from '../../../../src/shared/events/event-writer.js';
import { KnownTags, type LogTag, type ToldTags } from '../../../../src/shared/protocol/told-tags.js';
import { encodeRecord } from '../../../../src/shared/events/record-frames.js';

const logs = path.resolve(process.env['BACKSTEP_TEST_DATA'] ?? '../shared/data', 'tensorboard-logs');
const EVENTS = 'events.out.tfevents.1000.host.1.v2';

let root: string;
let service: LogService;
let changes: LogsChanged[];
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'backstep-logs-'));
  changes = [];
  service = new LogService({ onChange: (changed) => changes.push(changed), watch: false });
});
afterEach(async () => {
  await service.dispose();
  rmSync(root, { recursive: true, force: true });
});

function write(relative: string, data: string | Uint8Array): string {
  const file = path.join(root, relative);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
  return file;
}

const points = (...list: (readonly [step: number, value: number])[]) =>
  Buffer.concat(list.map(([step, value]) => encodeScalars(step, 1000 + step, [['loss', value]])));
const steps = (...list: (readonly [step: number, value: number])[]) =>
  Buffer.concat([encodeFileVersion(1000), points(...list)]);

async function open(): Promise<void> {
  await service.setFolders({ workspace: undefined, added: [root] });
  await service.store.settled();
}

function tagsIn(told: ToldTags): LogTag[] {
  const known = new KnownTags();
  known.take(told);
  return [...known.byKey.values()];
}

async function lookAgain(): Promise<void> {
  await service.store.rescan();
  await service.store.settled();
}

const list = () => service.answer('logs/list', {});
const id = (relative: string) => path.join(root, relative);

async function valuesOf(run: string, name = 'loss'): Promise<number[] | undefined> {
  const [found] = await service.answer('logs/points', { series: [{ run: id(run), name, from: 0 }], most: 1e6 });
  return found && [...found.values];
}

describe('runs of any folder', () => {
  test('are found nested, by themselves and in families, with their tags by kind', async () => {
    write(`a/${EVENTS}`, steps([1, 1]));
    write(`a/deeper/b/${EVENTS}`, steps([1, 2]));
    write(`c/train/${EVENTS}`, steps([1, 3]));
    write(`c/validation/${EVENTS}`, steps([1, 4]));
    // As PyTorch's add_hparams does it: the time is no part of the name.
    write(`d/1700000000.123/${EVENTS}`, encodeScalars(0, 1, [['hparam/loss', 5]]));
    write(`d/${EVENTS}`, steps([1, 6]));
    write('a/notes.txt', 'none');
    await open();
    const { runs, folders } = await list();
    expect(runs.map(({ name, tags }) => [name, tags])).toEqual([
      ['a', { scalar: 1 }],
      ['a/deeper/b', { scalar: 1 }],
      ['c', { scalar: 2 }],
      ['d', { scalar: 2 }],
    ]);
    expect(folders).toEqual([{ path: root, name: path.basename(root), kind: 'added', runs: 4 }]);
    expect(await valuesOf('c', 'validation/loss')).toEqual([4]);
    expect(await valuesOf('d', 'hparam/loss')).toEqual([5]);
  });

  test('are the folder itself where it has event files', async () => {
    write(EVENTS, steps([1, 1]));
    await open();
    expect((await list()).runs.map((run) => run.id)).toEqual([root]);
  });

  test('that lie in the workspace as well are there once', async () => {
    write(`logs/a/${EVENTS}`, steps([1, 1]));
    await service.setFolders({ workspace: root, added: [path.join(root, 'logs')] });
    expect((await list()).runs.map((run) => run.id)).toEqual(['logs/a']);
    await service.setFolders({ workspace: undefined, added: [path.join(root, 'logs')] });
    expect((await list()).runs.map((run) => run.id)).toEqual([path.join(root, 'logs/a')]);
  });

  test('behind links are found once, at their own place where they have one here', async () => {
    write(`logs/run/${EVENTS}`, steps([1, 1]));
    write(`elsewhere/far/${EVENTS}`, steps([1, 1]));
    const link = (to: string, from: string) => symlinkSync(path.join(root, to), path.join(root, from));
    link('logs', 'logs/run/round');
    link('logs/run', 'logs/latest');
    link('elsewhere', 'logs/linked');
    link('elsewhere', 'logs/linked too');
    symlinkSync('nowhere', path.join(root, 'logs/nowhere'));
    await service.setFolders({ workspace: path.join(root, 'logs'), added: [] });
    const { runs } = await list();
    expect(runs.map(({ name }) => name)).toEqual(['run', expect.stringMatching(/^linked( too)?\/far$/)]);
  });
});

describe('files that change', () => {
  test('grow: only what is new is read, and told', async () => {
    const file = write(`a/${EVENTS}`, steps([1, 1], [2, 2]));
    await open();
    const { revision, runs: first } = await service.answer('logs/tags', { since: 0 });
    const known = new KnownTags();
    known.take(first[0]!);
    expect((await service.answer('logs/tags', { since: revision })).runs).toEqual([]);
    changes.length = 0;
    appendFileSync(file, points([3, 3]));
    await lookAgain();
    expect(await valuesOf('a')).toEqual([1, 2, 3]);
    const [grown] = await service.answer('logs/points', {
      series: [{ run: id('a'), name: 'loss', from: 2 }],
      most: 10,
    });
    expect([grown!.from, grown!.total, [...grown!.steps]]).toEqual([2, 3, [3]]);
    const { runs } = await service.answer('logs/tags', { since: revision });
    expect(runs).toMatchObject([{ run: id('a'), whole: false, found: [] }]);
    known.take(runs[0]!);
    expect([...known.byKey.values()].map(({ name, count }) => [name, count])).toEqual([['loss', 3]]);
    await vi.waitFor(() => expect(changes.some((changed) => changed.runs.includes(id('a')))).toBe(true));
    // How far it is stands in the list of runs.
    await vi.waitFor(() => expect(changes.some(({ list: isOther }) => isOther)).toBe(true), { timeout: 3000 });
  });

  test('are rotated: all of them are one curve, in order', async () => {
    write('a/events.out.tfevents.1000.h', steps([1, 1], [2, 2]));
    write('a/events.out.tfevents.2000.h', steps([3, 3]));
    await open();
    write('a/events.out.tfevents.3000.h', steps([4, 4]));
    await lookAgain();
    expect(await valuesOf('a')).toEqual([1, 2, 3, 4]);
  });

  test('become shorter, are replaced or removed, or move: what is shown is what is there', async () => {
    const file = write(`a/${EVENTS}`, steps([1, 1], [2, 2], [3, 3]));
    write(`b/${EVENTS}`, steps([1, 7]));
    await open();
    truncateSync(file, 0);
    appendFileSync(file, steps([9, 9]));
    await lookAgain();
    expect(await valuesOf('a')).toEqual([9]);
    rmSync(file);
    writeFileSync(file, steps([1, 5], [2, 6], [3, 7], [4, 8]));
    await lookAgain();
    expect(await valuesOf('a')).toEqual([5, 6, 7, 8]);
    renameSync(id('a'), id('moved'));
    await lookAgain();
    expect((await list()).runs.map(({ name }) => name)).toEqual(['b', 'moved']);
    expect(await valuesOf('moved')).toEqual([5, 6, 7, 8]);
  });

  test('whose folder is gone stay as they were read, and it is said', async () => {
    write(`a/${EVENTS}`, steps([1, 1]));
    await open();
    renameSync(root, `${root}-gone`);
    await lookAgain();
    expect((await list()).folders[0]!.problem).toMatch(/not there/);
    expect(await valuesOf('a')).toEqual([1]);
    renameSync(`${root}-gone`, root);
    await lookAgain();
    expect((await list()).folders[0]!.problem).toBeUndefined();
  });

  test('are told of as gone, or as all there is, and have another generation when they come again', async () => {
    const file = write(`a/${EVENTS}`, steps([1, 1], [2, 2]));
    write(`b/${EVENTS}`, steps([1, 1]));
    await open();
    const generation = async () => {
      const [found] = await service.answer('logs/points', {
        series: [{ run: id('a'), name: 'loss', from: 0 }],
        most: 1,
      });
      return found?.generation;
    };
    const first = await generation();
    const { revision } = await service.answer('logs/tags', { since: 0 });
    writeFileSync(file, steps([1, 7]));
    await lookAgain();
    const anew = await service.answer('logs/tags', { since: revision });
    expect(anew).toMatchObject({ gone: [], runs: [{ run: id('a'), whole: true, found: [{ tags: ['loss'] }] }] });
    rmSync(path.dirname(file), { recursive: true });
    await lookAgain();
    expect(await service.answer('logs/tags', { since: anew.revision })).toMatchObject({ gone: [id('a')], runs: [] });
    write(`a/${EVENTS}`, steps([1, 1], [2, 2], [3, 3]));
    await lookAgain();
    const again = await service.answer('logs/tags', { since: anew.revision });
    expect(again).toMatchObject({ gone: [], runs: [{ run: id('a'), whole: true }] });
    expect(await generation()).not.toBe(first);
  });

  test('start anew from an earlier step: what was is marked', async () => {
    write(`a/events.out.tfevents.1.h`, steps([1, 1], [2, 2], [3, 3]));
    write(`a/events.out.tfevents.2.h`, steps([2, 20], [3, 30]));
    await open();
    const [found] = await service.answer('logs/points', {
      series: [{ run: id('a'), name: 'loss', from: 0 }],
      most: 10,
    });
    expect(found!.stretches.map(({ from, to, superseded }) => [from, to, superseded])).toEqual([
      [0, 1, false],
      [1, 3, true],
      [3, 5, false],
    ]);
  });
});

describe('damage is told, and the rest shown', () => {
  const problemsOf = async (name: string) => (await list()).runs.find((run) => run.name === name)!.problems;

  test('of a record, of a length, of an end', async () => {
    const whole = steps([1, 1], [2, 2], [3, 3], [4, 4]);
    const record = Buffer.from(whole);
    record[whole.length - 150]! ^= 1;
    write(`record/${EVENTS}`, record);
    write(`zeros/${EVENTS}`, Buffer.concat([whole, Buffer.alloc(5000), points([5, 5])]));
    const half = write(`half/${EVENTS}`, whole.subarray(0, -5));
    write(`text/${EVENTS}`, 'This was never an event file. '.repeat(100));
    write(`empty/${EVENTS}`, '');
    execFileSync('touch', ['-d', '1 hour ago', half]);
    await open();
    expect((await valuesOf('record'))!.length).toBe(3);
    expect(await problemsOf('record')).toMatchObject([
      { file: EVENTS, message: expect.stringMatching(/checksum/) as string },
    ]);
    expect(await valuesOf('zeros')).toEqual([1, 2, 3, 4, 5]);
    expect((await problemsOf('zeros'))[0]!.message).toMatch(/5,000 bytes/);
    expect(await valuesOf('half')).toEqual([1, 2, 3]);
    expect((await problemsOf('half'))[0]!.message).toMatch(/middle of a record/);
    expect((await problemsOf('text'))[0]!.message).toMatch(/no event file/);
    expect(await problemsOf('empty')).toEqual([]);
  });

  test('by a pipe that never ends, or a folder in a file’s place, holds nothing up', async () => {
    mkdirSync(id('a'));
    execFileSync('mkfifo', [id(`a/${EVENTS}`)]);
    mkdirSync(id(`b/${EVENTS}`), { recursive: true });
    symlinkSync('/dev/zero', id('a/zero.tfevents.1'));
    write(`c/${EVENTS}`, steps([1, 1]));
    await open();
    expect((await list()).runs.map(({ name }) => name)).toEqual(['c']);
    expect(await valuesOf('c')).toEqual([1]);
  });

  test.skipIf(process.getuid?.() === 0)(
    `by permission is said${process.getuid?.() === 0 ? ' (skipped: root may read everything)' : ''}`,
    async () => {
      chmodSync(write(`a/${EVENTS}`, steps([1, 1])), 0);
      await open();
      expect((await problemsOf('a'))[0]!.message).toMatch(/cannot be read/);
    },
  );
});

test('more points than fit into memory are said to be left out, until something is closed', async () => {
  const store = new LogStore({ onChange: () => undefined, watch: false, mostPoints: 1000 });
  const values = Array.from({ length: 900 }, (_, step) => [step, step] as const);
  for (const name of ['a', 'b', 'c']) {
    write(`${name}/${EVENTS}`, steps(...values));
    await store.open(id(name), 'added');
    await store.settled();
  }
  const facts = () => [...store.runs()].map((run) => run.facts('', false));
  expect(facts().map(({ points: count }) => count)).toEqual([900, 900, 0]);
  expect(facts()[2]!.problems[0]!.message).toMatch(/fit into memory/);
  store.close(id('a'));
  store.lookAtAll();
  await store.settled();
  expect(facts().map(({ points: count, problems }) => [count, problems.length])).toEqual([
    [900, 0],
    [900, 0],
  ]);
  store.dispose();
});

test('tags are told once by name, then by their numbers, whichever file they come in', async () => {
  const scalars = (step: number, ...values: [string, number][]) => encodeScalars(step, 1000 + step, values);
  const b = write('a/validation/' + EVENTS, Buffer.concat([encodeFileVersion(1), scalars(1, ['z', 1], ['loss', 2])]));
  await open();
  const known = new KnownTags();
  let revision = 0;
  const take = async () => {
    const told = await service.answer('logs/tags', { since: revision });
    revision = told.revision;
    for (const run of told.runs) known.take(run);
    return told.runs.map(({ whole, found, ends }) => [whole, found.flatMap(({ tags }) => tags), ends.length / 5]);
  };
  expect(await take()).toEqual([[true, ['z', 'loss'], 2]]);
  appendFileSync(b, scalars(2, ['loss', 3], ['a', NaN]));
  await lookAgain();
  // Somebody else's question in between finds them as well.
  await service.answer('logs/list', {});
  expect(await take()).toEqual([[false, ['a'], 2]]);
  expect(await take()).toEqual([]);
  expect(
    [...known.byKey.values()].map(({ name, count, lastStep, lastValue }) => [name, count, lastStep, lastValue]),
  ).toEqual([
    ['validation/z', 1, 1, 1],
    ['validation/loss', 2, 2, 3],
    ['validation/a', 1, 2, NaN],
  ]);
});

test('a file that names 100,000 tags is a file like any other', async () => {
  const records = [encodeFileVersion(1)];
  for (let tag = 0; tag < 100_000; tag += 1000) {
    const value = Array.from({ length: 1000 }, (_, index) => ({
      tag: `group_${tag}/${index}`,
      value: { case: 'simpleValue' as const, value: tag + index },
    }));
    records.push(encodeEvent({ wallTime: 1, step: 1n, what: { case: 'summary', value: { value } } }));
  }
  write(`a/${EVENTS}`, Buffer.concat(records));
  const began = performance.now();
  await open();
  const { runs } = await service.answer('logs/tags', { since: 0 });
  console.log(`100,000 tags read and listed in ${(performance.now() - began).toFixed(0)} ms`);
  expect(tagsIn(runs[0]!)).toHaveLength(100_000);
  expect(await valuesOf('a', 'group_99000/999')).toEqual([99_999]);
});

test('what is larger than a number is read when it is looked at, with its type from its bytes', async () => {
  const png = Buffer.from('89504e470d0a1a0a00', 'hex');
  write(
    `a/${EVENTS}`,
    Buffer.concat([
      encodeEvent({
        wallTime: 1,
        step: 3n,
        what: {
          case: 'summary',
          value: {
            value: [
              { tag: 'i', value: { case: 'image', value: { width: 2, height: 1, encodedImageString: png } } },
              { tag: 'x', value: { case: 'image', value: { encodedImageString: Buffer.from('<svg onload=1>') } } },
              {
                tag: 'h',
                value: {
                  case: 'histo',
                  value: { min: -1, max: 2, bucketLimit: [-1e300, 0, 1, 1e300], bucket: [0, 1, 2, 3] },
                },
              },
            ],
          },
        },
      }),
    ]),
  );
  await open();
  const media = (name: string, index = 0) =>
    service.answer('logs/media', { run: id('a'), name, kind: 'image', item: 0, index });
  expect(await media('i')).toMatchObject({ contentType: 'image/png', width: 2, height: 1, step: 3, wallMs: 1000 });
  expect((await media('x')).contentType).toBe('application/octet-stream');
  await expect(media('i', 1)).rejects.toMatchObject({ tag: 'not-found' });
  await expect(media('none')).rejects.toMatchObject({ tag: 'not-found' });
  const { histograms } = await service.answer('logs/histograms', { run: id('a'), name: 'h', from: 0, most: 10 });
  expect([...histograms[0]!.limits]).toEqual([-1, 0, 1, 2]);
  expect([...histograms[0]!.counts]).toEqual([1, 2, 3]);
});

describe.skipIf(!existsSync(logs))(`real files${existsSync(logs) ? '' : ` (skipped: no ${logs})`}`, () => {
  test('show their settings, texts, pictures and histograms', async () => {
    await service.setFolders({ workspace: undefined, added: [logs] });
    await service.store.settled();
    const run = path.join(logs, 'run0_adam');
    const { sessions } = await service.answer('logs/hparams', { runs: [run] });
    expect(sessions[0]!.family).toBe('extra');
    expect(sessions[0]!.values.length).toBeGreaterThan(0);
    const text = await service.answer('logs/tensor', { run, name: 'extra/note', kind: 'text', item: 0 });
    expect(text.texts).toEqual(['optimizer **adam**']);
    const picture = await service.answer('logs/media', {
      run,
      name: 'extra/samples',
      kind: 'image',
      item: 0,
      index: 5,
    });
    expect(picture).toMatchObject({ contentType: 'image/png', width: 28, height: 28 });
  });

  test('mutated at random crash nothing and take no memory', async () => {
    let state = 12345;
    const next = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    const originals = ['run0_adam/extra', 'run0_adam/train', 'run1_sgd/validation', 'graph_def'].map((folder) =>
      readFileSync(path.join(logs, folder, execFileSync('ls', [path.join(logs, folder)], { encoding: 'utf8' }).trim())),
    );
    for (let turn = 0; turn < 120; turn++) {
      const bytes = Buffer.from(originals[turn % originals.length]!);
      let mutated: Buffer = bytes;
      for (let change = 1 + next(6); change > 0; change--) {
        const at = next(mutated.length);
        switch (next(5)) {
          case 0:
            mutated[at]! ^= 1 << next(8);
            break;
          case 1:
            mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + next(200))]);
            break;
          case 2:
            mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(next(mutated.length))]);
            break;
          case 3:
            mutated.fill(0, at, Math.min(mutated.length, at + next(5000)));
            break;
          default:
            mutated.writeUInt32LE(0xffffffff >>> next(32), Math.min(at, mutated.length - 4));
        }
        if (mutated.length < 8) break;
      }
      write(`run${turn}/${EVENTS}`, mutated);
    }
    const before = process.memoryUsage().rss;
    await open();
    const { runs } = await service.answer('logs/tags', { since: 0 });
    expect(runs.length).toBeGreaterThan(100);
    for (const { run, ...told } of runs) {
      for (const { kind, name } of tagsIn(told)) {
        const ask = async () => {
          switch (kind) {
            case 'scalar':
              await service.answer('logs/points', { series: [{ run, name, from: 0 }], most: 100 });
              return service.answer('logs/columns', {
                series: [{ run, name }],
                axis: 'wall',
                columns: 50,
                smoothing: 0.5,
              });
            case 'histogram':
              return service.answer('logs/histograms', { run, name, from: 0, most: 5 });
            case 'image':
            case 'audio':
              return service.answer('logs/media', { run, name, kind, item: 0, index: 0 });
            case 'text':
            case 'tensor':
              return service.answer('logs/tensor', { run, name, kind, item: 0 });
            case 'prCurve':
              return service.answer('logs/prCurve', { run, name, item: 0 });
            default:
              return service.answer('logs/hparams', { runs: [run] });
          }
        };
        await ask().catch((error: unknown) =>
          expect(error).toHaveProperty('tag', expect.stringMatching(/damaged|not-found/)),
        );
      }
    }
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    console.log(
      `120 mutated files: ${runs.reduce((sum, told) => sum + tagsIn(told).length, 0)} tags, ${grown.toFixed(0)} MB`,
    );
    expect(grown).toBeLessThan(400);
  });

  test('whose records are mutated within a right checksum are told, and crash nothing', async () => {
    let state = 99;
    const next = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    const folder = path.join(logs, 'run0_adam/extra');
    const original = readFileSync(path.join(folder, execFileSync('ls', [folder], { encoding: 'utf8' }).trim()));
    const records: Uint8Array[] = [];
    for (let at = 0; at < original.length; at += 16 + records.at(-1)!.length) {
      records.push(original.subarray(at + 12, at + 12 + Number(original.readBigUInt64LE(at))));
    }
    for (let turn = 0; turn < 60; turn++) {
      const mutated = records.map((data) => {
        const copy = data.slice();
        for (let change = next(4); change > 0; change--) copy[next(Math.min(copy.length, 200))] = next(256);
        return encodeRecord(copy);
      });
      write(`run${turn}/${EVENTS}`, Buffer.concat(mutated));
    }
    await open();
    const { runs } = await list();
    expect(runs).toHaveLength(60);
    expect(runs.some(({ problemCount }) => problemCount > 0)).toBe(true);
    for (const { run, ...told } of (await service.answer('logs/tags', { since: 0 })).runs) {
      for (const { kind, name } of tagsIn(told)) {
        const asked =
          kind === 'image' || kind === 'audio'
            ? service.answer('logs/media', { run, name, kind, item: 0, index: 0 })
            : kind === 'text' || kind === 'tensor'
              ? service.answer('logs/tensor', { run, name, kind, item: 0 })
              : kind === 'histogram'
                ? service.answer('logs/histograms', { run, name, from: 0, most: 5 })
                : service.answer('logs/hparams', { runs: [run] });
        await asked.catch((error: unknown) =>
          expect(error).toHaveProperty('tag', expect.stringMatching(/damaged|not-found/)),
        );
      }
    }
  });

  test('are told of within 250 ms of being written to', async () => {
    const watching = new LogService({ onChange: (changed) => changes.push(changed) });
    const file = path.join(root, `a/${EVENTS}`);
    mkdirSync(path.dirname(file));
    copyFileSync(write('seed', steps([1, 1])), file);
    await watching.setFolders({ workspace: undefined, added: [root] });
    await watching.store.settled();
    const times: number[] = [];
    for (let step = 2; step < 12; step++) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      changes.length = 0;
      const began = performance.now();
      appendFileSync(file, points([step, step]));
      await vi.waitFor(() => expect(changes.some((changed) => changed.runs.includes(id('a')))).toBe(true), {
        timeout: 3000,
        interval: 2,
      });
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    console.log(`told after ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
    expect(times[5]).toBeLessThan(250);
    const runs = () => [...watching.store.runs()].map((run) => run.id);
    write(`new/nested/${EVENTS}`, steps([1, 1]));
    await vi.waitFor(() => expect(runs()).toContain(id('new/nested')), { timeout: 4000 });
    rmSync(id('new'), { recursive: true });
    await vi.waitFor(() => expect(runs()).not.toContain(id('new/nested')), { timeout: 4000 });
    const again = write(`new/nested/${EVENTS}`, steps([1, 1]));
    await vi.waitFor(() => expect(runs()).toContain(id('new/nested')), { timeout: 4000 });
    await watching.store.settled();
    changes.length = 0;
    appendFileSync(again, points([2, 2]));
    await vi.waitFor(() => expect(changes.some((changed) => changed.runs.includes(id('new/nested')))).toBe(true));
    await watching.dispose();
  });
});
