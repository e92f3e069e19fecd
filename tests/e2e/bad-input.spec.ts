/** What goes wrong in a person's hands, in the window: said at its place, with nothing lost. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Place } from './fixtures.js';
import { ServerUnderTest } from './server-under-test.js';
import type { Workbench } from './workbench.js';

interface Changes {
  readonly layers?: string;
  readonly loss?: string;
  readonly learningRate?: string;
  readonly before?: string;
  readonly epochs?: number;
}

/** Exclusive or, with a hundred epochs of one step: trains as long as a test needs, and costs nothing. */
function experiment(changes: Changes = {}): string {
  return `import { datasets, defineExperiment, tf } from 'backstep';
${changes.before ?? ''}
export default defineExperiment({
  name: 'Exclusive or',
  seed: 3,
  epochs: ${changes.epochs ?? 100_000},
  data: () => datasets.tensors({ xs: [[0, 0], [0, 1], [1, 0], [1, 1]], ys: [[0], [1], [1], [0]], batchSize: 4 }),
  model: () =>
    tf.sequential({
      layers: [
${changes.layers ?? "        tf.layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),\n        tf.layers.dense({ units: 1, activation: 'sigmoid' }),"}
      ],
    }),
  optimizer: () => tf.train.sgd(${changes.learningRate ?? '0.5'}),
  loss: '${changes.loss ?? 'binaryCrossentropy'}',
});
`;
}

function write(place: Place, text: string): string {
  const file = path.join(place.workspace, 'experiment.ts');
  writeFileSync(file, text);
  return file;
}

async function problems(workbench: Workbench) {
  return workbench.show('Problems');
}

test('an untrusted folder is read and runs nothing, until it is trusted', async ({ workbench, place, page }) => {
  write(place, experiment({ before: `import { writeFileSync } from 'node:fs';\nwriteFileSync('ran', 'yes');` }));
  await workbench.openFolder(place.workspace, 'Browse Only');
  await workbench.hasExperimentOpen();
  await expect(page.getByText('Restricted mode.')).toBeVisible();
  // What was answered holds for a window that is opened later.
  await page.reload();
  await workbench.hasExperimentOpen();
  await expect(page.getByText('Restricted mode.')).toBeVisible();
  await expect(page.getByRole('dialog', { name: /trust/ })).toBeHidden();
  await workbench.run();
  // Running asks again; nothing has run before the answer.
  await expect(page.getByRole('dialog', { name: /trust/ })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Browse Only' }).click();
  expect(readdirSync(place.workspace)).not.toContain('ran');
  expect(existsSync(path.join(place.workspace, 'runs'))).toBe(false);
});

test('a syntax error and a shape that cannot be are at their lines, before anything runs', async ({
  workbench,
  place,
}) => {
  write(place, experiment().replace('layers: [', 'layers: [['));
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await expect(await problems(workbench)).toContainText(/Expression.*Ln 14/);
  await workbench.run();
  await expect(workbench.toolbar.getByRole('button', { name: /^Pause/ })).toHaveCount(0);

  await workbench.replaceCode(
    experiment({
      layers: `        tf.layers.conv2d({ filters: 4, kernelSize: 9, inputShape: [8, 8, 1] }),\n        tf.layers.flatten(),\n        tf.layers.dense({ units: 1 }),`,
    }),
  );
  await expect(await problems(workbench)).toContainText(/The 9×9 kernel is larger than its 8×8 input.*Ln 11/);
  expect(existsSync(path.join(place.workspace, 'runs'))).toBe(false);
});

test('a loss that does not fit the model is said in plain words, and nothing starts half', async ({
  workbench,
  place,
}) => {
  write(
    place,
    experiment({
      layers: `        tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [2] }),`,
      loss: 'categoricalCrossentropy',
    }),
  );
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.run();
  await expect(await problems(workbench)).toContainText(/class numbers.*Ln 15/);
  await expect(workbench.statusBar).not.toContainText(/epoch [2-9]/);
});

test('a loss that is not finite stops where the condition says', async ({ workbench, place }) => {
  write(
    place,
    experiment({
      loss: 'meanSquaredError',
      learningRate: '1e12',
      layers: `        tf.layers.dense({ units: 1, inputShape: [2] }),`,
    }),
  );
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.addBreakpoint('When', 'loss > 1e30 || isNaN(loss)');
  await workbench.run();
  await workbench.isPaused();
  await expect(workbench.panel('Debug')).toContainText(/loss > 1e30|isNaN/);
  await expect(workbench.variable('loss')).toHaveText(/NaN|∞|e\+?\d\d|10\d\d|×/);
});

test('process.exit in the experiment is told, with what to do', async ({ workbench, place }) => {
  write(place, experiment({ before: 'setTimeout(() => process.exit(7), 1500);' }));
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.run();
  await expect(workbench.page.getByText(/process\.exit/).first()).toBeVisible({ timeout: 60_000 });
  await expect(workbench.continueButton).toHaveCount(0);
});

test('a trainer that is killed is told, and what it flushed stays readable', async ({ workbench, place }) => {
  write(place, experiment());
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.run();
  await expect(workbench.statusBar).toContainText(/epoch \d{2,}/, { timeout: 60_000 });
  const trainers = execFileSync('ps', ['-eo', 'pid,args'])
    .toString()
    .split('\n')
    .filter((line) => line.includes('dist/trainer/main.js'));
  const own = trainers.filter((line) => environmentHas(Number.parseInt(line, 10), place.home));
  expect(own.length).toBeGreaterThan(0);
  for (const line of own) process.kill(Number.parseInt(line, 10), 'SIGKILL');
  await expect(workbench.page.getByText(/SIGKILL/).first()).toBeVisible({ timeout: 30_000 });
  const runs = path.join(place.workspace, 'runs');
  const [run] = readdirSync(runs);
  expect(readdirSync(path.join(runs, run!, 'train')).some((file) => file.includes('tfevents'))).toBe(true);
  const list = await workbench.show('Runs');
  await expect(list).toContainText(/Exclusive or/);
});

test('a server that is killed comes back to a window with everything unsaved in it', async ({
  page,
  place,
  server,
  workbench,
}) => {
  write(place, experiment());
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.replaceCode('// not saved yet\n' + experiment());
  await server.kill();
  await expect(page.getByText('Backstep’s server does not answer.')).toBeVisible();
  const next = await ServerUnderTest.start({
    home: place.home,
    port: server.port,
    token: new URL(server.url).searchParams.get('token')!,
    folder: place.workspace,
  });
  try {
    await expect(page.getByText('Backstep’s server does not answer.')).toBeHidden({ timeout: 30_000 });
    await expect(workbench.editorLine('// not saved yet')).toBeVisible();
    expect(readFileSync(path.join(place.workspace, 'experiment.ts'), 'utf8')).not.toContain('not saved yet');
    await page.keyboard.press('ControlOrMeta+S');
    await expect
      .poll(() => readFileSync(path.join(place.workspace, 'experiment.ts'), 'utf8'))
      .toContain('not saved yet');
  } finally {
    await next.stop();
  }
});

test('an edit that is not saved survives a reload, and a change on the disk asks which to keep', async ({
  workbench,
  page,
  place,
}) => {
  const file = write(place, experiment());
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.replaceCode('// mine\n' + experiment());
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await workbench.hasExperimentOpen();
  await expect(workbench.editorLine('// mine')).toBeVisible();
  writeFileSync(file, `// theirs\n${experiment()}`);
  await expect(workbench.panel('Editor')).toContainText(/changed|disk/i);
  await expect(workbench.editorLine('// mine')).toBeVisible();
  expect(readFileSync(file, 'utf8')).toContain('// theirs');
});

test('a folder deleted while it is open is told', async ({ workbench, place }) => {
  write(place, experiment());
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  rmSync(place.workspace, { recursive: true });
  await expect(workbench.page.getByText(/deleted|no longer|is gone|not there/i).first()).toBeVisible();
});

test('without the token there is a page that says where to get it', async ({ page, server }) => {
  await page.context().clearCookies();
  const answer = await page.goto(`http://127.0.0.1:${server.port}/`);
  expect(answer?.status()).toBe(403);
  await expect(page.getByRole('heading')).toContainText('token');
});

/** Whether a process of this machine was started with the home; by its environment, where the system shows that. */
function environmentHas(pid: number, home: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home);
  } catch {
    // Ended since, or a system without /proc: not ours.
    return false;
  }
}
