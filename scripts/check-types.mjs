// One TypeScript project a runtime, checked side by side: code must compile with what its process has. The
// compiler is TypeScript's native one, in a quarter of the time; the editor's typings need the other, for its interface.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const projects = [
  'src/shared',
  'src/server',
  'src/trainer',
  'src/cli',
  'src/engine',
  'src/reader',
  'electron',
  'renderer',
  'tests',
];
const check = (project) =>
  new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['node_modules/typescript-native/bin/tsc', '-p', project, '--pretty', 'false'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => resolve({ project, code, text }));
  });

let failed = false;
const wanted = process.argv.slice(2);
const queue = (wanted.length ? wanted : projects).filter((project) => existsSync(`${project}/tsconfig.json`));
await Promise.all(
  [0, 1].map(async () => {
    for (let project = queue.shift(); project; project = queue.shift()) {
      const result = await check(project);
      if (result.code !== 0) failed = true;
      process.stdout.write(result.text);
    }
  }),
);
process.exit(failed ? 1 : 0);
