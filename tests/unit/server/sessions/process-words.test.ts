import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { DapStreamReader, frameDap } from '../../../../src/server/sessions/dap-stream.js';
import { describeEnd } from '../../../../src/shared/base/process-end.js';
import { OutputLines } from '../../../../src/server/sessions/output-lines.js';

const end = (fields: Partial<Parameters<typeof describeEnd>[1]>) =>
  describeEnd('Training', { code: null, signal: null, errorTail: '', ...fields }).message;

test('ends of a process, in plain words', () => {
  expect(end({ signal: 'SIGABRT', errorTail: 'FATAL ERROR: JavaScript heap out of memory' })).toMatch(
    /ran out of memory/,
  );
  expect(end({ signal: 'SIGKILL' })).toMatch(/ended by the system/);
  expect(end({ signal: 'SIGTERM' })).toMatch(/ended from outside/);
  expect(end({ signal: 'SIGBUS' })).toMatch(/crashed in native code \(SIGBUS\)/);
  expect(end({ code: 3221225477 })).toMatch(/access violation/);
  expect(end({ code: 0 })).toBe('Training ended by itself (exit code 0).');
  // What Node says whenever it ends under a debugger tells nothing.
  expect(end({ code: 0, errorTail: 'Waiting for the debugger to disconnect...\n' })).toBe(
    'Training ended by itself (exit code 0).',
  );
  const trace =
    'file.js:3\n  throw new Error()\n\nTypeError: x is not a function\n    at a (b.js:1:1)\n\nNode.js v20.20.2\n';
  expect(end({ code: 1, errorTail: trace })).toBe(
    'Training ended by itself (exit code 1): TypeError: x is not a function',
  );
});

test('messages come whole from pieces of any size, large and not-finite ones too', () => {
  const messages = [
    { type: 'event', body: { loss: NaN, text: 'grün' } },
    { type: 'response', text: 'x'.repeat(100_000) },
    { type: 'event' },
  ];
  const bytes = Buffer.concat(messages.map(frameDap));
  for (const size of [1, 7, 64 * 1024, bytes.length]) {
    const reader = new DapStreamReader();
    const received = [];
    for (let at = 0; at < bytes.length; at += size) received.push(...reader.push(bytes.subarray(at, at + size)));
    expect(received.map(({ message }) => message)).toEqual(messages);
    expect(received[0]!.text).toBe('{"type":"event","body":{"loss":{"$number":"NaN"},"text":"grün"}}');
  }
});

test('what is not the protocol is refused', () => {
  const refused = (bytes: Buffer) =>
    expect(() => new DapStreamReader().push(bytes)).toThrow('not the Debug Adapter Protocol');
  refused(Buffer.alloc(10_000, 'x'));
  refused(Buffer.concat([Buffer.from('Some-Header: 1\r\n\r\n{}\r\n'), frameDap({ type: 'event' })]));
  refused(Buffer.from('Content-Length: 9\r\n\r\nno object'));
});

test('output comes in lines; a flood is thinned out and says so', async () => {
  const stream = new PassThrough();
  const batches: (readonly string[])[] = [];
  const lines = new OutputLines(stream, (batch) => batches.push(batch));
  stream.write('one\r\ntw');
  stream.write('o\nrest');
  await expect.poll(() => batches.flat()).toEqual(['one', 'two']);
  lines.flush();
  expect(batches.flat()).toEqual(['one', 'two', 'rest']);
  batches.length = 0;
  stream.write('x\n'.repeat(100_000));
  await expect.poll(() => batches.flat().length).toBeGreaterThan(0);
  lines.flush();
  expect(batches.flat().length).toBeLessThan(60_000);
  expect(batches.flat().some((line) => /more lines, printed faster/.test(line))).toBe(true);
  batches.length = 0;
  stream.write('y'.repeat(50_000));
  await expect.poll(() => batches.flat().length).toBeGreaterThan(0);
  expect(batches.flat()[0]!.length).toBeLessThan(9000);
});
