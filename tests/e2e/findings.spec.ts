/** What is wrong, in plain words: the card names layer and line, leads there, and stops training when it happens again. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright/test';
import { expect, test } from './fixtures.js';
import type { Workbench } from './workbench.js';

const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const rows = Array.from({ length: 64 }, (_, row) => [row % 3, Math.sin(row), 1]);

export default defineExperiment({
  seed: 7,
  epochs: 40,
  loss: 'meanSquaredError',
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map(([kind]) => [kind!])), batchSize: 16 }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [3], units: 8, activation: 'relu', name: 'hidden' }),
        tf.layers.dense({ units: 1, name: 'answer' }),
      ],
    }),
  optimizer: () => tf.train.sgd(1e6),
});
`;
const lineOf = (text: string) => experiment.split('\n').findIndex((line) => line.includes(text)) + 1;

async function open(workbench: Workbench, folder: string): Promise<Locator> {
  await writeFile(path.join(folder, 'experiment.ts'), experiment);
  await workbench.openFolder(folder);
  await workbench.hasExperimentOpen();
  return workbench.show('Debug');
}

test('a loss of NaN is explained by layer and line, and stops the next run', async ({ workbench, page, place }) => {
  const debug = await open(workbench, place.workspace);
  await workbench.run();
  await expect(workbench.notices).toContainText('Training done', { timeout: 90_000 });

  const card = debug.getByRole('region', { name: 'What is wrong here' });
  const found = card.getByRole('article').filter({ hasText: /The loss of step \d+ is|is the first to give/ });
  await expect(found).toHaveAttribute('data-open');
  const title = (await found.getByRole('button', { expanded: true }).textContent())!;
  const layer = /[Ll]ayer (\w+) (?:gives|is the first)/.exec(title)![1]!;
  const line = lineOf(`name: '${layer}'`);
  await expect(found).toContainText('learning rate (1e6)');
  await expect(found).toContainText('Use a smaller learning rate');

  // The line is one click away.
  await found.getByRole('button', { name: `experiment.ts:${line}` }).click();
  await expect(workbench.statusBar).toContainText(`Ln ${line}`);

  // The list of problems has it, too.
  const problems = await workbench.show('Problems');
  await expect(problems.getByRole('treeitem').filter({ hasText: title.trim() })).toContainText(`Ln ${line}`);

  // Armed, the same run stops where it happens.
  await found.getByRole('button', { name: 'Stop when this happens' }).click();
  await expect(found).toContainText('Stops when this happens');
  await expect(debug.getByRole('list', { name: 'Breakpoints' })).toContainText('Something becomes NaN or infinite');
  await page.keyboard.press('F5');
  await workbench.isPaused();
  await expect(card.getByRole('article').first()).toContainText(layer);
});
