import { describe, expect, test } from 'vitest';
import { crc32c, maskCrc } from '../../../../src/shared/events/crc32c.js';
import { encodeRecord } from '../../../../src/shared/events/record-frames.js';
import { RecordReader, type RecordProblem } from '../../../../src/shared/events/record-reader.js';
import { ScriptedSource } from './scripted-source.js';

const record = (text: string) => encodeRecord(Buffer.from(text));
const zeros = (count: number) => new Uint8Array(count);

/** A header that says `length` and has the checksum for it. */
function header(length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  view.setUint32(8, maskCrc(crc32c(bytes.subarray(0, 8))), true);
  return bytes;
}

function damaged(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

function reading(source: ScriptedSource) {
  const reader = new RecordReader(source);
  const records: string[] = [];
  const offsets: number[] = [];
  const problems: RecordProblem[] = [];
  const visitor = {
    record(bytes: Uint8Array, _view: DataView, from: number, to: number, offset: number) {
      records.push(Buffer.from(bytes.subarray(from, to)).toString());
      offsets.push(offset);
    },
    problem: (problem: RecordProblem) => void problems.push(problem),
  };
  const readAll = (budget = 1000) => {
    let progress = reader.read(visitor, budget);
    for (let turns = 0; progress === 'more'; turns++) {
      if (turns > 1_000_000) throw new Error('it never ends');
      progress = reader.read(visitor, budget);
    }
    return progress;
  };
  return { reader, records, offsets, problems, readAll };
}

describe('a file that grows', () => {
  test('is read once, record by record, wherever its parts end', () => {
    const whole = Buffer.concat(['one', '', 'three', 'x'.repeat(5000)].map(record));
    for (const step of [1, 7, 13, 400]) {
      const source = new ScriptedSource();
      const { records, readAll, problems } = reading(source);
      for (let at = 0; at < whole.length; at += step) {
        source.append(whole.subarray(at, at + step));
        expect(readAll()).toBe('waiting');
      }
      expect(records).toEqual(['one', '', 'three', 'x'.repeat(5000)]);
      expect(problems).toEqual([]);
    }
  });

  test('is not read again while the rest of a long record is not there', () => {
    const long = record('y'.repeat(100_000));
    const source = new ScriptedSource(record('a'), long.subarray(0, 50_000));
    const { records, reader, readAll } = reading(source);
    readAll();
    const { bytesRead } = source;
    for (let turn = 0; turn < 10; turn++) readAll();
    expect(source.bytesRead - bytesRead).toBe(0);
    expect(reader.bytesWaiting).toBe(50_000);
    source.append(long.subarray(50_000));
    readAll();
    expect(records.map((text) => text.length)).toEqual([1, 100_000]);
  });

  test('may give less than was asked for', () => {
    const source = new ScriptedSource(record('hello'), record('world'));
    source.mostAtOnce = 3;
    const { records, offsets, readAll } = reading(source);
    readAll();
    expect(records).toEqual(['hello', 'world']);
    expect(offsets).toEqual([12, 12 + 5 + 16]);
  });

  test('that became shorter is another file', () => {
    const source = new ScriptedSource(record('one'), record('two'));
    const { readAll } = reading(source);
    readAll();
    source.cutTo(5);
    expect(readAll()).toBe('replaced');
  });

  test('that was replaced by a longer one is another file, too', () => {
    const source = new ScriptedSource(record('one'), record('two'));
    const { readAll } = reading(source);
    readAll();
    source.cutTo(0);
    source.append(record('one'), record('six'), record('ten'));
    expect(readAll()).toBe('replaced');
  });

  test('is read in portions', () => {
    const source = new ScriptedSource(...Array.from({ length: 300 }, () => record('z'.repeat(20_000))));
    const { reader, records } = reading(source);
    const visitor = { record: () => void records.push(''), problem: () => undefined };
    expect(reader.read(visitor, 2_000_000)).toBe('more');
    expect(records.length).toBeGreaterThan(90);
    expect(records.length).toBeLessThan(200);
  });
});

describe('damage', () => {
  test('in a record costs that record', () => {
    const source = new ScriptedSource(record('one'), damaged(record('two'), 13), record('three'));
    const { records, problems, readAll } = reading(source);
    expect(readAll()).toBe('waiting');
    expect(records).toEqual(['one', 'three']);
    expect(problems).toEqual([{ kind: 'damaged', offset: 19, bytes: 19 }]);
  });

  test('in a length costs what is up to the next record', () => {
    const source = new ScriptedSource(record('one'), damaged(record('two'), 2), record('three'));
    const { records, problems, readAll } = reading(source);
    readAll();
    expect(records).toEqual(['one', 'three']);
    expect(problems).toEqual([{ kind: 'gap', offset: 19, bytes: 19 }]);
  });

  test('by a block of zeros is gone over', () => {
    const source = new ScriptedSource(record('one'), zeros(70_000), record('two'));
    const { records, problems, readAll } = reading(source);
    readAll();
    expect(records).toEqual(['one', 'two']);
    expect(problems).toEqual([{ kind: 'gap', offset: 19, bytes: 70_000 }]);
  });

  test('by a writer that was cut off and wrote on later costs nothing of what came later', () => {
    const cut = record('c'.repeat(60)).subarray(0, 30);
    const source = new ScriptedSource(record('one'), cut, ...['a', 'b', 'c', 'd'].map(record));
    const { records, readAll } = reading(source);
    readAll();
    expect(records).toEqual(['one', 'a', 'b', 'c', 'd']);
  });

  test('that looks like a beginning in the middle of noise is no beginning', () => {
    const source = new ScriptedSource(record('one'), zeros(5), header(3), Buffer.from('abcdefg'), record('two'));
    const { records, readAll } = reading(source);
    readAll();
    expect(records).toEqual(['one', 'two']);
  });

  test('that looks like the beginning of something long is not waited for', () => {
    const source = new ScriptedSource(record('one'), zeros(5), header(2 ** 24), zeros(9), record('two'));
    const { records, readAll } = reading(source);
    readAll();
    expect(records).toEqual(['one', 'two']);
  });

  test('that is the rest of the file is given up some time', () => {
    const source = new ScriptedSource(record('one'), zeros(70 * 2 ** 20));
    const { records, problems, reader, readAll } = reading(source);
    expect(readAll(2 ** 21)).toBe('abandoned');
    expect(records).toEqual(['one']);
    expect(problems.map(({ kind, offset }) => [kind, offset])).toEqual([['abandoned', 19]]);
    expect(reader.abandoned).toBe(true);
    source.append(record('two'));
    expect(readAll()).toBe('abandoned');
  });

  test('is looked past as far as the file goes, and told when it goes on', () => {
    const source = new ScriptedSource(record('one'), zeros(1000));
    const { records, problems, reader, readAll } = reading(source);
    expect(readAll()).toBe('waiting');
    expect(reader.lostSince).toBe(19);
    expect(problems).toEqual([]);
    source.append(record('two'));
    readAll();
    expect(reader.lostSince).toBeUndefined();
    expect(records).toEqual(['one', 'two']);
    expect(problems).toEqual([{ kind: 'gap', offset: 19, bytes: 1000 }]);
  });
});

describe('lengths that cannot be', () => {
  test('take no memory, and cost only themselves', () => {
    for (const length of [2 ** 40, Number.MAX_SAFE_INTEGER, 2 ** 31]) {
      const source = new ScriptedSource(record('one'), header(length), Buffer.from('rest'));
      const { records, problems, reader, readAll } = reading(source);
      expect(readAll()).toBe('waiting');
      expect(readAll()).toBe('waiting');
      expect(reader.lostSince).toBe(19);
      source.append(record('two'));
      expect(readAll()).toBe('waiting');
      expect(records).toEqual(['one', 'two']);
      expect(problems).toEqual([{ kind: 'gap', offset: 19, bytes: 16 }]);
    }
  });

  test('of records that are there are gone past', () => {
    const length = 130 * 2 ** 20;
    const source = new ScriptedSource(record('one'), header(length), zeros(length + 4), record('two'));
    const { records, problems, readAll } = reading(source);
    readAll(2 ** 21);
    expect(records).toEqual(['one', 'two']);
    expect(problems).toEqual([{ kind: 'too-long', offset: 19, bytes: length + 16 }]);
  });

  test('that could be are waited for, without a buffer of that size', () => {
    const before = process.memoryUsage().arrayBuffers;
    const source = new ScriptedSource(header(100 * 2 ** 20), Buffer.from('rest'));
    const { readAll, reader } = reading(source);
    expect(readAll()).toBe('waiting');
    expect(reader.bytesWaiting).toBe(16);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20);
  });
});
