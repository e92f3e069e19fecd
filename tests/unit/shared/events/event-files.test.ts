import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32c as nativeCrc32c } from '@node-rs/crc32';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeEvent, encodeFileVersion, encodeScalars } from '../../../../src/shared/events/event-writer.js';
import { DataType } from '../../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { tensorBoardAlone } from '../../../fixtures/tensorboard-alone.js';
import { scanEvents, type ScannedScalar } from './scan-events.js';

const logs = path.resolve(process.env['BACKSTEP_TEST_DATA'] ?? '../shared/data', 'tensorboard-logs');
const python = process.env['BACKSTEP_TEST_PYTHON'] ?? '/opt/peers/bin/python';
const folder = mkdtempSync(path.join(tmpdir(), 'backstep-events-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const values = (scalars: readonly ScannedScalar[], tag: string) =>
  scalars.filter(([name]) => name === tag).map(([, , , value]) => value);

describe('written and read back', () => {
  test('scalars keep step, time and not-finite values', () => {
    const bytes = Buffer.concat([
      encodeFileVersion(1000.5),
      encodeScalars(1, 1001.25, [
        ['loss', 0.5],
        ['accuracy', 0.25],
      ]),
      encodeScalars(2 ** 40, 1002, [
        ['loss', NaN],
        ['accuracy', -Infinity],
      ]),
    ]);
    const { scalars, items, problems, bytesWaiting } = scanEvents(bytes);
    expect(scalars).toEqual([
      ['loss', 1, 1001.25, 0.5],
      ['accuracy', 1, 1001.25, 0.25],
      ['loss', 2 ** 40, 1002, NaN],
      ['accuracy', 2 ** 40, 1002, -Infinity],
    ]);
    expect([items, problems, bytesWaiting]).toEqual([[], [], 0]);
  });

  test('a native checksum gives the same bytes', () => {
    const native = (bytes: Uint8Array) => nativeCrc32c(bytes);
    expect(encodeScalars(3, 4, [['loss', 5]], native)).toEqual(encodeScalars(3, 4, [['loss', 5]]));
  });

  test('version 1 values, and tensors of every numeric type', () => {
    const floats = new Uint8Array(new Float32Array([1.5]).buffer);
    const tensors = [
      { dtype: DataType.DT_FLOAT, tensorContent: floats },
      { dtype: DataType.DT_DOUBLE, doubleVal: [2.5] },
      { dtype: DataType.DT_INT32, intVal: [-3] },
      { dtype: DataType.DT_INT64, int64Val: [4n] },
      { dtype: DataType.DT_HALF, halfVal: [0x3c00] },
      { dtype: DataType.DT_BFLOAT16, halfVal: [0x4040] },
      { dtype: DataType.DT_BOOL, boolVal: [true] },
      { dtype: DataType.DT_FLOAT, tensorContent: floats.subarray(0, 2) },
      { dtype: DataType.DT_STRING },
      { dtype: DataType.DT_FLOAT, tensorShape: { dim: [{ size: 2n }] }, floatVal: [1, 2] },
    ];
    const event = encodeEvent({
      step: 1n,
      what: {
        case: 'summary',
        value: {
          value: [
            { tag: 'v1', value: { case: 'simpleValue', value: 7 } },
            { tag: 'not stated', value: { case: 'tensor', value: tensors[1]! } },
            ...tensors.map((value, index) => ({
              tag: `t${index}`,
              metadata: { pluginData: { pluginName: 'scalars' } },
              value: { case: 'tensor' as const, value },
            })),
          ],
        },
      },
    });
    expect(scanEvents(event).scalars.map(([tag, , , value]) => [tag, value])).toEqual([
      ['v1', 7],
      ['t0', 1.5],
      ['t1', 2.5],
      ['t2', -3],
      ['t3', 4],
      ['t4', 1],
      ['t5', 3],
      ['t6', 1],
    ]);
  });

  test('a damaged record and one that is no event are told and left out', () => {
    const first = encodeScalars(1, 1, [['loss', 1]]);
    const second = encodeScalars(2, 2, [['loss', 2]]);
    second[20]! ^= 1;
    const { scalars, problems } = scanEvents(first, second, encodeScalars(3, 3, [['loss', 3]]));
    expect(values(scalars, 'loss')).toEqual([1, 3]);
    expect(problems).toEqual([{ kind: 'damaged', offset: first.length, bytes: second.length }]);
  });
});

describe.skipIf(!existsSync(logs))(`files by TensorFlow${existsSync(logs) ? '' : ` (skipped: no ${logs})`}`, () => {
  const fileIn = (run: string) => {
    const name = readdirSync(path.join(logs, run)).find((entry) => entry.includes('tfevents'));
    return readFileSync(path.join(logs, run, name!));
  };

  test('epoch values are those that fit() reported', () => {
    const history = JSON.parse(readFileSync(path.join(logs, 'fit-history.json'), 'utf8')) as Record<
      string,
      Record<string, number[]>
    >;
    for (const run of ['run0_adam', 'run1_sgd']) {
      const train = scanEvents(fileIn(`${run}/train`)).scalars;
      const validation = scanEvents(fileIn(`${run}/validation`)).scalars;
      const close = (found: number[], expected: readonly number[]) => {
        expect(found).toHaveLength(expected.length);
        found.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6));
      };
      close(values(train, 'epoch_loss'), history[run]!['loss']!);
      close(values(train, 'epoch_accuracy'), history[run]!['accuracy']!);
      close(values(validation, 'epoch_loss'), history[run]!['val_loss']!);
      close(values(validation, 'epoch_accuracy'), history[run]!['val_accuracy']!);
    }
  });

  test('every record of every file is read', () => {
    for (const run of ['run0_adam/extra', 'run1_sgd/extra', 'graph_def', 'run0_adam/train']) {
      const { items, scalars, problems, bytesWaiting } = scanEvents(fileIn(run));
      expect(items.length + scalars.length).toBeGreaterThan(0);
      expect([problems, bytesWaiting]).toEqual([[], 0]);
    }
  });
});

function hasTensorBoard(): boolean {
  if (!existsSync(python)) return false;
  try {
    execFileSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' });
    return true;
  } catch {
    // The interpreter is there, the package is not: the title of the skipped tests says so.
    return false;
  }
}
const tensorBoard = hasTensorBoard();

describe.skipIf(!tensorBoard)(`read by TensorBoard${tensorBoard ? '' : ` (skipped: ${python} has none)`}`, () => {
  test('EventAccumulator finds our scalars, not-finite ones included', () => {
    writeFileSync(
      path.join(folder, 'events.out.tfevents.1000.test.1.v2'),
      Buffer.concat([
        encodeFileVersion(1000),
        ...[1, 2, 3].map((step) =>
          encodeScalars(step, 1000 + step, [
            ['loss', 1 / step],
            ['gradient', step === 2 ? NaN : Infinity],
          ]),
        ),
      ]),
    );
    const script = `${tensorBoardAlone}
import json
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.util import tensor_util
a = EventAccumulator(sys.argv[1], size_guidance={'tensors': 0})
a.Reload()
print(json.dumps({
  'tags': sorted(a.Tags()['tensors']),
  'plugin': a.SummaryMetadata('loss').plugin_data.plugin_name,
  'loss': [[e.step, e.wall_time, float(tensor_util.make_ndarray(e.tensor_proto))] for e in a.Tensors('loss')],
  'gradient': [repr(float(tensor_util.make_ndarray(e.tensor_proto))) for e in a.Tensors('gradient')],
  'first': a.FirstEventTimestamp()}))`;
    const found = JSON.parse(
      execFileSync(python, ['-c', script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ) as unknown;
    expect(found).toEqual({
      tags: ['gradient', 'loss'],
      plugin: 'scalars',
      loss: [
        [1, 1001, 1],
        [2, 1002, 0.5],
        [3, 1003, Math.fround(1 / 3)],
      ],
      gradient: ['inf', 'nan', 'inf'],
      first: 1000,
    });
  });
});
