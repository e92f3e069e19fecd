import { build, type BuildFailure } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tfjsNative } from '../../../../../../scripts/tfjs-native.mjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'backstep-plugin-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function bundled(file: string, text: string, complete: boolean): Promise<string> {
  const place = path.join(folder, 'node_modules/@tensorflow', file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text);
  const { outputFiles } = await build({
    entryPoints: [place],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
    plugins: [tfjsNative({ complete })],
  });
  return outputFiles[0]!.text;
}

const op = 'tfjs-core/dist/ops/random_uniform.js';
const line = "function randomUniform_(shape, minval = 0, maxval = 1, dtype = 'float32', seed) {";

it('lets a random op ask elsewhere first', async () => {
  const text = await bundled(op, `${line} return 'its own'; }\nexport const result = randomUniform_([1]);`, false);
  expect(text).toMatch(
    /drawElsewhere\("randomUniform", shape, minval, maxval, dtype, seed\);\s+if \(drawn\)\s+return drawn;/,
  );
  expect(text).toContain('its own');
});

it('ends the build where the library has changed', async () => {
  const failure = await bundled(op, 'export const randomUniform = 1;', false).catch((error: BuildFailure) => error);
  expect((failure as BuildFailure).errors[0]!.text).toContain(`no longer has the line “${line}”`);
});

it('ends the build where a file that it changes is not there', async () => {
  const failure = await bundled(op, `${line} }`, true).catch((error: BuildFailure) => error);
  expect((failure as BuildFailure).errors.map(({ text }) => text)).toContain(
    '@tensorflow/tfjs-core/dist/ops/random_normal.js is no longer in the bundle',
  );
});
