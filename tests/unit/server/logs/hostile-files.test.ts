/** Logs that are not as they should be, or larger than they should be, and those of programs that nobody here wrote. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogService } from '../../../../src/server/logs/log-service.js';
import { encodeFileVersion, encodeScalars } from '../../../../src/shared/events/event-writer.js';
import type { SummaryKind } from '../../../../src/shared/protocol/summary-kind.js';
import { KnownTags } from '../../../../src/shared/protocol/told-tags.js';

const fixtures = path.resolve('tests/fixtures/event-files');
const EVENTS = 'events.out.tfevents.1000.host.1.v2';

let root: string;
let service: LogService;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'backstep-hostile-'));
  service = new LogService({ onChange: () => undefined, watch: false });
});
afterEach(async () => {
  await service.dispose();
  rmSync(root, { recursive: true, force: true });
});

function write(relative: string, data: Uint8Array): string {
  const file = path.join(root, relative);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
  return file;
}

async function open(mostMs?: number): Promise<void> {
  await service.setFolders({ workspace: undefined, added: [root] });
  await service.store.settled(mostMs);
}

const id = (relative: string) => path.join(root, relative);
const runs = async () => (await service.answer('logs/list', {})).runs;
const megabytes = () => process.memoryUsage().rss / 2 ** 20;

async function tagsOf(run: string): Promise<[kind: SummaryKind, name: string][]> {
  const found = (await service.answer('logs/tags', { since: 0 })).runs.find((one) => one.run === id(run));
  const known = new KnownTags();
  if (found) known.take(found);
  return [...known.byKey.values()]
    .map(({ kind, name }): [SummaryKind, string] => [kind, name])
    .sort(([, a], [, b]) => (a < b ? -1 : 1));
}

describe('files by others', () => {
  test('tensorboardX: curves, several in one, histograms, pictures, text, precision and recall', async () => {
    cpSync(path.join(fixtures, 'tensorboardx'), id('x'), { recursive: true });
    await open();
    expect(await tagsOf('x')).toEqual(
      [
        ['prCurve', 'curve'],
        ['image', 'input/first'],
        ['scalar', 'Loss/train'],
        ['text', 'notes/text_summary'],
        ['histogram', 'weights/fc1'],
      ].sort(([, a], [, b]) => (a! < b! ? -1 : 1)),
    );
    const run = id('x');
    const [points] = await service.answer('logs/points', { series: [{ run, name: 'Loss/train', from: 0 }], most: 10 });
    expect([...points!.values]).toEqual([1, 0.5, Math.fround(1 / 3)]);
    const { histograms } = await service.answer('logs/histograms', { run, name: 'weights/fc1', from: 0, most: 5 });
    expect([...histograms[0]!.counts].reduce((sum, count) => sum + count, 0)).toBe(500);
    const picture = { run, name: 'input/first', kind: 'image' as const, item: 0, index: 0 };
    expect(await service.answer('logs/media', picture)).toMatchObject({
      contentType: 'image/png',
      width: 6,
      height: 4,
    });
    const text = await service.answer('logs/tensor', { run, name: 'notes/text_summary', kind: 'text', item: 0 });
    expect(text.texts).toEqual(['# plain <b>text</b>']);
    const curve = await service.answer('logs/prCurve', { run, name: 'curve', item: 0 });
    expect([curve.recall[0], curve.truePositives[0], curve.falsePositives[0]]).toEqual([1, 2, 2]);
    // `add_scalars` makes a run of each of its curves.
    expect((await runs()).map(({ name }) => name)).toHaveLength(3);
  });

  test('version 1 summaries of TensorFlow: pictures, sounds and histograms as their own messages', async () => {
    cpSync(path.join(fixtures, 'tensorflow1'), id('v1'), { recursive: true });
    await open();
    const tags = await tagsOf('v1');
    expect(tags.map(([kind]) => kind).sort()).toEqual(['audio', 'histogram', 'image', 'scalar', 'text']);
    const nameOf = (kind: SummaryKind) => tags.find(([one]) => one === kind)![1];
    const run = id('v1');
    for (const [kind, contentType] of [
      ['image', 'image/png'],
      ['audio', 'audio/wav'],
    ] as const) {
      const found = await service.answer('logs/media', { run, name: nameOf(kind), kind, item: 0, index: 0 });
      expect(found).toMatchObject({ contentType, step: 7 });
    }
    const { histograms } = await service.answer('logs/histograms', {
      run,
      name: nameOf('histogram'),
      from: 0,
      most: 5,
    });
    expect([...histograms[0]!.counts].reduce((sum, count) => sum + count, 0)).toBe(500);
  });
});

describe('larger than it should be', () => {
  test('a file that grows faster than it is read holds up no question', async () => {
    const record = encodeScalars(1, 1000, [['loss', 1]]);
    const stretch = Buffer.concat(new Array<Uint8Array>(50_000).fill(record));
    const file = write(`a/${EVENTS}`, Buffer.concat([encodeFileVersion(1), stretch]));
    const small = write(`b/${EVENTS}`, encodeScalars(1, 1000, [['loss', 5]]));
    await open(50);
    let answers = 0;
    for (let turn = 0; turn < 12; turn++) {
      appendFileSync(file, stretch);
      appendFileSync(small, encodeScalars(turn + 2, 1000, [['loss', turn]]));
      service.store.lookAtAll();
      await service.store.settled(10);
      answers += (await runs()).length;
    }
    expect(answers).toBe(24);
    await service.store.settled();
    expect((await runs()).map(({ points }) => points)).toEqual([13 * 50_000, 13]);
  });

  test('zeros without end are given up, within a bound of memory', async () => {
    const before = megabytes();
    const file = write(`zeros/${EVENTS}`, encodeScalars(1, 1000, [['loss', 1]]));
    // Nothing of it is on the disk.
    truncateSync(file, 2 ** 31);
    await open();
    const [run] = await runs();
    expect(run!.points).toBe(1);
    expect(run!.problems.at(-1)!.message).toMatch(/nothing is a record/);
    expect(megabytes() - before).toBeLessThan(150);
  });

  test('5,000 folders of runs are 5,000 runs', async () => {
    for (let run = 0; run < 5000; run++) write(`run_${run}/${EVENTS}`, encodeScalars(run, 1000, [['loss', run]]));
    await open();
    const found = await runs();
    expect(found).toHaveLength(5000);
    expect(found.every(({ points }) => points === 1)).toBe(true);
  }, 60_000);
});

test('clocks that jump, stand still or say nonsense leave curves by time that can be drawn', async () => {
  const walls = [1000, 1001, 5, 1002, -1e300, Number.NaN, 1e300, 1003, Infinity, 1003];
  write(`a/${EVENTS}`, Buffer.concat(walls.map((wall, step) => encodeScalars(step, wall, [['loss', step]]))));
  await open();
  const series = [{ run: id('a'), name: 'loss' }];
  for (const axis of ['step', 'wall'] as const) {
    const [found] = await service.answer('logs/columns', { series, axis, columns: 20, smoothing: 0.6 });
    const drawn = found!.lines.flatMap(({ max }) => [...max]).filter((value) => !Number.isNaN(value));
    expect(drawn.length, axis).toBeGreaterThan(0);
    expect(Math.max(...drawn), axis).toBeLessThanOrEqual(9);
  }
  const [points] = await service.answer('logs/points', { series: [{ ...series[0]!, from: 0 }], most: 100 });
  expect([...points!.values]).toEqual(walls.map((_, step) => step));
});

test('names are text, whatever is in them', async () => {
  const names = ['a/b/c', '/', '', 'ж / 字 / 🎉', '<img src=x onerror=alert(1)>', '../../etc/passwd', 'x'.repeat(5000)];
  write(
    `a/${EVENTS}`,
    encodeScalars(
      1,
      1000,
      names.map((name, index) => [name, index]),
    ),
  );
  await open();
  expect((await tagsOf('a')).map(([, name]) => name).sort()).toEqual([...names].sort());
});

test('a folder that gets another name while it is open is a run of that name', async () => {
  write(`old/${EVENTS}`, encodeScalars(1, 1000, [['loss', 1]]));
  await open();
  renameSync(id('old'), id('new'));
  appendFileSync(id(`new/${EVENTS}`), encodeScalars(2, 1001, [['loss', 2]]));
  await service.store.rescan();
  await service.store.settled();
  expect((await runs()).map(({ id: run, points }) => [run, points])).toEqual([[id('new'), 2]]);
});

test('a file that is written anew in its place counts by what it holds now, also where it is as long as before', async () => {
  const of = (value: number, count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, step) => encodeScalars(step, 1000, [['loss', value]])));
  const file = write(`a/${EVENTS}`, of(1, 5));
  await open();
  for (const [value, count, time] of [
    [2, 5, 2000],
    [3, 8, 3000],
    [4, 8, 4000],
    [5, 2, 5000],
  ] as const) {
    writeFileSync(file, of(value, count));
    utimesSync(file, time, time);
    service.store.lookAtAll();
    await service.store.settled();
    const [found] = await service.answer('logs/points', {
      series: [{ run: id('a'), name: 'loss', from: 0 }],
      most: 99,
    });
    expect([...found!.values]).toEqual(new Array<number>(count).fill(value));
  }
});

test('the files of others are there', () => {
  expect(readdirSync(fixtures).sort()).toEqual(['tensorboardx', 'tensorflow1']);
});
