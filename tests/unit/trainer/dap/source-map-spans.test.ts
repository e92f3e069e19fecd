import { expect, test } from 'vitest';
import { spansOf } from '../../../../src/trainer/dap/source-map-spans.js';

test('each source’s code goes from its first piece to its last, over lines, jumps back and pieces of no source', () => {
  // Line 0: column 0 of source 0; column 4 of source 1. Line 2: column 8 of source 0 again; column 9 of none.
  const spans = spansOf('AAAA,ICAA;;QDAA,C');
  expect(spans.get(0)).toEqual({ from: { line: 0, column: 0 }, to: { line: 2, column: 8 } });
  expect(spans.get(1)).toEqual({ from: { line: 0, column: 4 }, to: { line: 0, column: 4 } });
  expect(spans.size).toBe(2);
});

test('columns beyond one digit', () => {
  expect(spansOf('gCAAA').get(0)).toEqual({ from: { line: 0, column: 32 }, to: { line: 0, column: 32 } });
});
