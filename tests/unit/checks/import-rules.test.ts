/** The import rules are only worth something while they fail: each is broken once, in a small tree of its own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly imports: string;
}

const violations: readonly Violation[] = [
  { rule: 'electron-imports-shared-only', from: 'electron/a.ts', imports: '../src/server/target.js' },
  { rule: 'renderer-imports-shared-only', from: 'renderer/a.ts', imports: '../src/trainer/target.js' },
  { rule: 'server-imports-shared-only', from: 'src/server/a.ts', imports: '../trainer/target.js' },
  { rule: 'trainer-imports-shared-only', from: 'src/trainer/a.ts', imports: '../server/target.js' },
  { rule: 'cli-imports-shared-only', from: 'src/cli/a.ts', imports: '../trainer/target.js' },
  { rule: 'reader-imports-shared-only', from: 'src/reader/a.ts', imports: '../trainer/target.js' },
  { rule: 'engine-imports-shared-only', from: 'src/engine/a.ts', imports: '../trainer/target.js' },
  { rule: 'shared-imports-no-process', from: 'src/shared/a.ts', imports: '../server/target.js' },
  { rule: 'shared-has-no-node', from: 'src/shared/b.ts', imports: 'node:fs' },
  { rule: 'shared-has-no-heavy-packages', from: 'src/shared/c.ts', imports: 'react' },
  { rule: 'model-formats-have-their-parsers', from: 'src/shared/models/formats/a.ts', imports: 'zod' },
  { rule: 'page-opens-no-models', from: 'renderer/d.ts', imports: '../src/shared/models/formats/target.js' },
  { rule: 'page-has-no-node', from: 'renderer/b.ts', imports: 'node:path' },
  { rule: 'runtime-never-imports-dap', from: 'src/trainer/runtime/a.ts', imports: '../dap/target.js' },
  { rule: 'panels-never-import-panels', from: 'renderer/panels/one/a.ts', imports: '../two/target.js' },
  { rule: 'panels-never-import-the-workbench', from: 'renderer/panels/one/b.ts', imports: '../../workbench/target.js' },
  { rule: 'ui-never-imports-state', from: 'renderer/ui/a.ts', imports: '../state/target.js' },
  { rule: 'state-has-no-react', from: 'renderer/state/a.ts', imports: 'react' },
  { rule: 'only-trainer-imports-tfjs', from: 'src/server/b.ts', imports: '@tensorflow/tfjs' },
  { rule: 'only-electron-imports-electron', from: 'src/server/c.ts', imports: 'electron' },
  { rule: 'product-never-imports-tests', from: 'src/cli/b.ts', imports: '../../tests/target.js' },
  { rule: 'no-circles', from: 'src/server/circle-one.ts', imports: './circle-two.js' },
  { rule: 'nothing-unresolved', from: 'src/server/d.ts', imports: './nowhere.js' },
  { rule: 'product-needs-no-dev-packages', from: 'src/server/e.ts', imports: 'vite' },
];

const targets = [
  'src/server/target.ts',
  'src/shared/models/formats/target.ts',
  'src/trainer/target.ts',
  'src/trainer/dap/target.ts',
  'renderer/panels/two/target.ts',
  'renderer/workbench/target.ts',
  'renderer/state/target.ts',
  'tests/target.ts',
];

const allowed = [
  ['electron/fine.ts', "import { app } from 'electron';\nimport '../src/shared/fine.js';\nexport { app };\n"],
  [
    'src/trainer/runtime/fine.ts',
    "import * as tf from '@tensorflow/tfjs';\nimport '../../shared/fine.js';\nexport { tf };\n",
  ],
  ['src/trainer/dap/fine.ts', "import '../runtime/fine.js';\n"],
  ['renderer/panels/one/fine.ts', "import '../../state/target.js';\nimport './part.js';\n"],
  ['renderer/panels/one/part.ts', 'export {};\n'],
  ['src/shared/fine.ts', "import { z } from 'zod';\nexport { z };\n"],
] as const;

let folder: string;
let found: { readonly rule: { readonly name: string }; readonly from: string }[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-imports-'));
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  for (const { from, imports } of violations) await write(from, `import '${imports}';\n`);
  for (const target of targets) await write(target, 'export {};\n');
  await write('src/server/circle-two.ts', "import './circle-one.js';\n");
  for (const [file, text] of allowed) await write(file, text);
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  await symlink(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['src', 'electron', 'renderer', 'tests'],
      ...['--config', path.join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
    ],
    { cwd: folder, maxBuffer: 1 << 26 },
  ).catch((error: unknown) => error as { stdout: string });
  found = (JSON.parse(stdout) as { summary: { violations: typeof found } }).summary.violations;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('import rules', () => {
  it.each(violations)('$rule fails on $from importing $imports', ({ rule, from }) => {
    expect(found.filter((violation) => violation.from === from).map((violation) => violation.rule.name)).toContain(
      rule,
    );
  });

  it('every rule is broken once here', async () => {
    const config = (await import(path.join(root, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: readonly { readonly name: string }[] };
    };
    expect(violations.map(({ rule }) => rule).sort()).toEqual(config.default.forbidden.map(({ name }) => name).sort());
  });

  it('lets through what the processes are made of', () => {
    const files: readonly string[] = allowed.map(([file]) => file);
    expect(found.filter(({ from }) => files.includes(from))).toEqual([]);
  });
});
