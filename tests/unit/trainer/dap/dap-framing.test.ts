import { expect, test } from 'vitest';
import { frameMessage, MessageReader } from '../../../../src/trainer/dap/dap-framing.js';

const messages = [{ seq: 1, text: 'größer als ✊' }, { seq: 2, loss: NaN, most: -Infinity }, { seq: 3 }];

test('messages come through whatever the cuts between bytes', () => {
  const bytes = Buffer.concat(messages.map(frameMessage));
  for (const size of [1, 2, 7, 64, bytes.length]) {
    const reader = new MessageReader();
    const received: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size) received.push(...reader.push(bytes.subarray(at, at + size)));
    expect(received).toEqual(messages);
  }
});

test('lengths are bytes', () => {
  expect(frameMessage({ a: '✊' }).toString('utf8')).toBe('Content-Length: 11\r\n\r\n{"a":"✊"}');
});

test('other headers are passed over, another protocol is refused', () => {
  expect(new MessageReader().push(Buffer.from('Content-Type: x\r\nContent-Length: 2\r\n\r\n{}'))).toEqual([{}]);
  expect(() => new MessageReader().push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toThrow('Content-Length');
  expect(() => new MessageReader().push(Buffer.alloc(5000, 97))).toThrow('no header');
});
