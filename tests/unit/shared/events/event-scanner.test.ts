import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { readEvents } from '../../../../src/shared/events/event-reader.js';
import { encodeEvent, encodeFileVersion, encodeScalars } from '../../../../src/shared/events/event-writer.js';
import { SessionLog_SessionStatus } from '../../../../src/shared/generated/tensorflow/core/util/event_pb.js';
import type { Summary_ValueSchema } from '../../../../src/shared/generated/tensorflow/core/framework/summary_pb.js';
import { DataType } from '../../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { encodeRecord } from '../../../../src/shared/events/record-frames.js';
import { scalarOfTensor } from '../../../../src/shared/events/scalar-of-tensor.js';
import { scanEvents, type ScannedScalar } from './scan-events.js';
import { ScriptedSource } from './scripted-source.js';

const logs = path.resolve(process.env['BACKSTEP_TEST_DATA'] ?? '../shared/data', 'tensorboard-logs');

type Value = MessageInitShape<typeof Summary_ValueSchema>;

function summary(step: number, ...value: Value[]): Uint8Array {
  return encodeEvent({ wallTime: 100 + step, step: BigInt(step), what: { case: 'summary', value: { value } } });
}

const float = (value: number): Value['value'] => ({
  case: 'tensor',
  value: { dtype: DataType.DT_FLOAT, tensorShape: {}, floatVal: [value] },
});

describe('scalars', () => {
  test('of both versions, with steps and values of any size', () => {
    const { scalars, tags, problems } = scanEvents(
      encodeFileVersion(1),
      summary(1, { tag: 'v1', value: { case: 'simpleValue', value: 0.5 } }),
      encodeScalars(2 ** 40, 7, [
        ['v2', NaN],
        ['other', -Infinity],
      ]),
      summary(-3, { tag: 'v1', value: { case: 'simpleValue', value: 1.5 } }),
    );
    expect(scalars).toEqual([
      ['v1', 1, 101, 0.5],
      ['v2', 2 ** 40, 7, NaN],
      ['other', 2 ** 40, 7, -Infinity],
      ['v1', -3, 97, 1.5],
    ]);
    expect(tags.map(({ tag, kind }) => `${tag} ${kind}`)).toEqual(['v1 scalar', 'v2 scalar', 'other scalar']);
    expect(problems).toEqual([]);
  });

  test('whose metadata is in the first event only, and that take every form', () => {
    const stated = { metadata: { pluginData: { pluginName: 'scalars' }, displayName: 'Loss' } };
    const content = Buffer.alloc(8);
    content.writeDoubleLE(0.1);
    const { scalars, tags } = scanEvents(
      summary(1, { tag: 'x', value: float(1), ...stated }),
      summary(2, { tag: 'x', value: float(2) }),
      summary(3, { tag: 'x', value: { case: 'tensor', value: { dtype: DataType.DT_DOUBLE, tensorContent: content } } }),
      summary(4, { tag: 'x', value: { case: 'tensor', value: { dtype: DataType.DT_INT64, int64Val: [7n] } } }),
      summary(5, {
        tag: 'x',
        value: {
          case: 'tensor',
          value: { dtype: DataType.DT_HALF, tensorShape: { dim: [{ size: 1n }] }, halfVal: [0x3c00] },
        },
      }),
      summary(6, { tag: 'x', value: { case: 'simpleValue', value: 9 } }),
    );
    expect(scalars.map(([, step, , value]) => [step, value])).toEqual([
      [1, 1],
      [2, 2],
      [3, 0.1],
      [4, 7],
      [5, 1],
      [6, 9],
    ]);
    expect(tags).toEqual([{ tag: 'x', kind: 'scalar', plugin: 'scalars', displayName: 'Loss' }]);
  });

  test('keep tags of any text apart', () => {
    const names = ['', 'a', 'a/b', '<script>alert(1)</script>', 'ä', '名前/損失', '__proto__', 'x'.repeat(5000)];
    const { scalars } = scanEvents(
      ...[1, 2].flatMap((step) =>
        names.map((tag) => summary(step, { tag, value: { case: 'simpleValue', value: step } })),
      ),
    );
    expect(scalars.map(([tag]) => tag)).toEqual([...names, ...names]);
  });
});

test('each kind of value is recognised', () => {
  const plugin = (pluginName: string) => ({ metadata: { pluginData: { pluginName } } });
  const strings = (...stringVal: string[]): Value['value'] => ({
    case: 'tensor',
    value: { dtype: DataType.DT_STRING, stringVal: stringVal.map((text) => Buffer.from(text)) },
  });
  const { tags, items, contents } = scanEvents(
    summary(1, { tag: 'h1', value: { case: 'histo', value: {} } }),
    summary(1, { tag: 'i1', value: { case: 'image', value: {} } }),
    summary(1, { tag: 'a1', value: { case: 'audio', value: {} } }),
    summary(1, { tag: 'h2', value: float(1), ...plugin('histograms') }),
    summary(1, { tag: 'i2', value: strings('5', '4', 'one', 'two'), ...plugin('images') }),
    summary(1, { tag: 'a2', value: strings('one', 'two', 'three'), ...plugin('audio') }),
    summary(1, { tag: 't', value: strings('a', 'b'), ...plugin('text') }),
    summary(1, { tag: 'p', value: float(1), ...plugin('pr_curves') }),
    summary(1, { tag: 'm', value: float(1), ...plugin('mesh') }),
    summary(1, { tag: 'raw', value: float(1) }),
    summary(1, { tag: '_hparams_/x', metadata: { pluginData: { pluginName: 'hparams', content: Buffer.from('c') } } }),
    encodeEvent({ wallTime: 1, what: { case: 'graphDef', value: Buffer.from('graph') } }),
  );
  expect(tags.map(({ tag, kind }) => `${tag} ${kind}`)).toEqual([
    'h1 histogram',
    'i1 image',
    'a1 audio',
    'h2 histogram',
    'i2 image',
    'a2 audio',
    't text',
    'p prCurve',
    'm aside',
    'raw tensor',
    '_hparams_/x hparams',
    'graph graph',
  ]);
  expect(items.find(({ tag }) => tag === 'i2')?.count).toBe(2);
  expect(items.find(({ tag }) => tag === 'a2')?.count).toBe(3);
  expect(tags.find(({ tag }) => tag === 'm')?.note).toMatch(/TensorBoard/);
  expect(contents).toEqual(['_hparams_/x:c']);
});

test('one name used for two kinds is two tags', () => {
  const { tags, scalars, items } = scanEvents(
    summary(1, { tag: 'x', value: { case: 'simpleValue', value: 1 } }),
    summary(2, { tag: 'x', value: { case: 'histo', value: {} } }),
    summary(3, { tag: 'x', value: { case: 'simpleValue', value: 3 } }),
    summary(4, { tag: 'x', value: { case: 'histo', value: {} } }),
  );
  expect(tags.map(({ kind }) => kind)).toEqual(['scalar', 'histogram']);
  expect(scalars).toHaveLength(2);
  expect(items).toHaveLength(2);
});

test('a writer that says from where it writes anew is heard', () => {
  const { restarts } = scanEvents(
    encodeEvent({
      step: 40n,
      what: { case: 'sessionLog', value: { status: SessionLog_SessionStatus.START } },
    }),
    encodeEvent({ step: 50n, what: { case: 'sessionLog', value: { status: SessionLog_SessionStatus.STOP } } }),
  );
  expect(restarts).toEqual([40]);
});

test('records that are no events cost only themselves', () => {
  const good = summary(1, { tag: 'x', value: { case: 'simpleValue', value: 1 } });
  const { scalars, problems } = scanEvents(
    good,
    encodeRecord(Buffer.from('this is no event at all')),
    encodeRecord(Buffer.from([0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f])),
    encodeRecord(Buffer.from([0x2a, 0x02, 0x0a, 0x7f])),
    encodeRecord(Buffer.alloc(0)),
    encodeRecord(Buffer.from([0x2a, 0x03, 0x0a, 0x01, 0x15])),
    encodeRecord(Buffer.from([0x10, ...new Array<number>(11).fill(0xff)])),
    good,
  );
  expect(scalars).toHaveLength(2);
  expect(problems.map(({ kind }) => kind)).toEqual(new Array(5).fill('no-event'));
});

describe.skipIf(!existsSync(logs))(`files by real Keras${existsSync(logs) ? '' : ` (skipped: no ${logs})`}`, () => {
  const files = existsSync(logs)
    ? readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('tfevents'))
    : [];
  test.each(files)('%s says the same as by the published messages', (name) => {
    const bytes = readFileSync(path.join(logs, name));
    const wanted: ScannedScalar[] = [];
    const plugins = new Map<string, string>();
    readEvents(new ScriptedSource(bytes), {
      event({ what, step, wallTime }) {
        if (what.case !== 'summary') return;
        for (const { tag, metadata, value } of what.value.value) {
          // Keras states a tag's plug-in in its first event only.
          const stated = metadata?.pluginData?.pluginName;
          if (stated && !plugins.has(tag)) plugins.set(tag, stated);
          if (value.case !== 'tensor' || plugins.get(tag) !== 'scalars') continue;
          const number = scalarOfTensor(value.value);
          if (number !== undefined) wanted.push([tag, Number(step), wallTime, number]);
        }
      },
      problem: ({ kind }) => expect.fail(kind),
    });
    const { scalars, problems, items } = scanEvents(bytes);
    expect(scalars).toEqual(wanted);
    expect(problems).toEqual([]);
    expect(scalars.length + items.length).toBeGreaterThan(0);
  });
});
