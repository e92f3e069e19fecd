// `npm run check`: types, lint, import rules, dead code and format, two at a time; what fails is shown in full.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = (file) => path.join(root, 'node_modules', file);

// The longest first: together they then take little longer than it alone.
const checks = {
  types: ['scripts/check-types.mjs'],
  format: [bin('prettier/bin/prettier.cjs'), '--check', '--cache', '--log-level', 'warn', '.'],
  imports: [
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ...['src', 'electron', 'renderer', 'tests', '--config', '.dependency-cruiser.cjs'],
  ],
  // Rules that need types are answered by TypeScript's native compiler, in a seventh of ESLint's time.
  lint: [bin('oxlint/bin/oxlint'), '.'],
  'dead code': [bin('knip/bin/knip.js')],
};

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.on('error', (error) => resolve({ code: 1, text: error.message }));
    child.on('close', (code) => resolve({ code, text }));
  });
}

/** Runs all; returns how many passed and failed. */
export async function check({ say = console.log } = {}) {
  const queue = Object.entries(checks);
  const count = { passed: 0, failed: 0 };
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, args] = next;
      const began = performance.now();
      const { code, text } = await run(args);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      if (code === 0) count.passed++;
      else count.failed++;
      say(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
      if (code !== 0) say(text.trimEnd());
    }
  };
  await Promise.all([worker(), worker()]);
  return count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed } = await check();
  process.exit(failed > 0 ? 1 : 0);
}
