/** A .keras file that is asked for weight after weight: each answer costs that weight, not the whole file. */
import { strToU8, zipSync } from 'fflate';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openKerasFile } from '../../../src/reader/keras-file.js';

const folder = mkdtempSync(path.join(tmpdir(), 'backstep-keras-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('opens the weights, whose checksum is of all of them, once', async () => {
  const file = path.join(folder, 'net.keras');
  writeFileSync(file, zipSync({ 'config.json': strToU8('{}'), 'model.weights.h5': new Uint8Array(64) }));
  const opened = await openKerasFile(file);
  const weights = opened.weights();
  expect(opened.weights()).toBe(weights);
  await expect(weights).rejects.toThrow();
});
