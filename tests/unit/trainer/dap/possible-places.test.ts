import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { placeFor, placesIn } from '../../../../src/trainer/dap/possible-places.js';

const source = `#!/usr/bin/env node
import { tf, type Tensor } from 'backstep';

// Nothing can stop here.
export interface Weights {
  readonly all: Tensor[];
}
const here = import.meta.url;
export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

await Promise.resolve();
export default {
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 3 }),
      ],
    }),
};
`;

test('places of a module with types, imports, exports and await are where they were written', () => {
  const places = placesIn(source, 'module.ts')!;
  const lines = [...new Set(places.map(({ line }) => line))];
  for (const line of [8, 10, 11, 12, 15, 20]) expect(lines).toContain(line);
  for (const line of [1, 2, 3, 4, 5, 6, 14]) expect(lines).not.toContain(line);
  expect(places).toContainEqual({ line: 12, column: 3 });
  // A call in the middle of a line.
  expect(places).toContainEqual({ line: 20, column: 19 });
});

test('JavaScript with a return of its own, and what is no program', () => {
  expect(placesIn('const a = require("./a");\nif (a) return;\na();\n', 'a.cjs')).toContainEqual({ line: 3, column: 1 });
  expect(placesIn('const = 3;', 'a.ts')).toBeUndefined();
  expect(placesIn('export default function () {\n  return 1;\n}\n', 'a.js')).toContainEqual({ line: 2, column: 3 });
  expect(placesIn('', 'a.js')).toEqual([]);
});

test('a line without a place of its own gets the nearest one of its function, as V8 gives it once it is loaded', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'places-'));
  try {
    const file = path.join(folder, 'module.ts');
    writeFileSync(file, source);
    const lineFor = (line: number): unknown => {
      const place = placeFor(file, { line, column: 1 });
      return typeof place === 'object' ? place.line : place;
    };
    // On it, after it, and for the end of a function its return.
    expect([8, 9, 12, 14, 13].map(lineFor)).toEqual([8, 10, 12, 15, 12]);
    // Nothing but the end of the module.
    expect([24, 90].map(lineFor)).toEqual(['nowhere', 'nowhere']);
    expect(placeFor(path.join(folder, 'none.ts'), { line: 1, column: 1 })).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
