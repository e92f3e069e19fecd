/** Graphs of traced functions, as TensorFlow writes them into event files. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, it } from 'vitest';
import { tracedGraphs } from '../../../../src/shared/models/run-metadata.js';

const field = (number: number, bytes: Uint8Array): Uint8Array =>
  new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();

it('gives the graphs as they were before anything was made faster, and passes over the rest', () => {
  const [first, second, faster] = [Uint8Array.of(1), Uint8Array.of(2, 3), Uint8Array.of(9)];
  const functions = [first, second].map((graph) => field(4, Buffer.concat([field(3, faster), field(2, graph)])));
  const metadata = Buffer.concat([field(1, faster), ...functions]);
  expect(tracedGraphs(metadata).map((graph) => [...graph])).toEqual([[1], [2, 3]]);
});

it('throws at what is cut off', () => {
  const metadata = field(4, field(2, new Uint8Array(100)));
  expect(() => tracedGraphs(metadata.subarray(0, 50))).toThrow();
});
