import { expect, test } from 'vitest';
import { frameMessage, MessageReader } from '../../../../src/trainer/dap/dap-framing.js';

const messages = [
  { seq: 1, text: 'größer als ✊\r\n\r\nContent-Length: 3' },
  { seq: 2, loss: NaN, most: -Infinity },
  { seq: 3 },
];

function readerTelling(): { readonly reader: MessageReader; readonly skipped: number[] } {
  const skipped: number[] = [];
  return { reader: new MessageReader((bytes) => skipped.push(bytes), 1000), skipped };
}

test('messages come through whatever the cuts between bytes', () => {
  const bytes = Buffer.concat(messages.map(frameMessage));
  for (const size of [1, 2, 7, 64, bytes.length]) {
    const { reader, skipped } = readerTelling();
    const received: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size) received.push(...reader.push(bytes.subarray(at, at + size)));
    expect(received).toEqual(messages);
    expect(skipped).toEqual([]);
  }
});

test('lengths are bytes', () => {
  expect(frameMessage({ a: '✊' }).toString('utf8')).toBe('Content-Length: 11\r\n\r\n{"a":"✊"}');
});

test('other headers are passed over', () => {
  const { reader, skipped } = readerTelling();
  expect(reader.push(Buffer.from('Content-Type: x\r\nContent-Length: 2\r\nX-More: y\r\n\r\n{}'))).toEqual([{}]);
  expect(skipped).toEqual([]);
});

const good = frameMessage({ seq: 9 });
const broken: Readonly<Record<string, string | Buffer>> = {
  'another protocol': 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'garbage without an end': Buffer.alloc(12_000, 97),
  'bytes of all kinds': Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256)),
  'a body that is no JSON': 'Content-Length: 5\r\n\r\n{bad}',
  'a length that is too short': 'Content-Length: 3\r\n\r\n{"seq":1}',
  'a length that is too long': 'Content-Length: 900\r\n\r\n{"seq":1}',
  'a length beyond all measure': 'Content-Length: 999999999999\r\n\r\n{"seq":1}',
  'a length that is no number': 'Content-Length: many\r\n\r\n{"seq":1}',
  'a negative length': 'Content-Length: -5\r\n\r\n{"seq":1}',
  'a header without a length': 'Content-Type: x\r\n\r\n{"seq":1}',
  'nothing at all': 'Content-Length: 0\r\n\r\n',
};

test.each(Object.entries(broken))('%s is passed by, and what follows is read', (_name, bytes) => {
  for (const size of [3, 13, 100_000]) {
    const { reader, skipped } = readerTelling();
    const all = Buffer.concat([good, Buffer.from(bytes), good, good]);
    const received: unknown[] = [];
    for (let at = 0; at < all.length; at += size) received.push(...reader.push(all.subarray(at, at + size)));
    expect(received).toEqual([{ seq: 9 }, { seq: 9 }, { seq: 9 }]);
    // A body of no bytes has none to pass by.
    if (bytes !== broken['nothing at all']) expect(skipped.length).toBeGreaterThan(0);
  }
});
