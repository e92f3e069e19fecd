/** Where this installation's other parts are. They are processes of their own: started by path, never imported. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file runs bundled, as `dist/cli/main.js`. */
const root = fileURLToPath(new URL('../..', import.meta.url));

export const installPlaces = {
  root,
  trainer: path.join(root, 'dist/trainer/main.js'),
  engine: path.join(root, 'dist/engine/main.js'),
  reader: path.join(root, 'dist/reader/main.js'),
  start: path.join(root, 'scripts/start.mjs'),
  electronBinary: path.join(root, 'scripts/electron-binary.mjs'),
} as const;

export function version(): string {
  const file = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return file.version;
}

export function backstepHome(): string {
  return process.env['BACKSTEP_HOME'] || path.join(homedir(), '.backstep');
}
