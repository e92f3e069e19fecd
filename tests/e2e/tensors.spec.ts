/**
 * Tensors of a stopped training as a person looks at them: feature maps of a layer, the table and what is found
 * in it, the same tensor at the next stop, all by keys.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { expect, test } from './fixtures.js';
import type { Workbench } from './workbench.js';

const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const side = 20;
const examples = 64;
const pixel = (example: number, x: number, y: number) => Math.sin((x * (1 + (example % 3))) / 3) * Math.cos(y / (2 + (example % 2)));
const xs = Array.from({ length: examples }, (_, example) =>
  Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => [pixel(example, x, y)])),
);
const ys = Array.from({ length: examples }, (_, example) => [0, 1, 2].map((kind) => Number(kind === example % 3)));

export default defineExperiment({
  seed: 3,
  epochs: 5000,
  loss: 'categoricalCrossentropy',
  data: () => datasets.tensors({ xs: tf.tensor4d(xs), ys: tf.tensor2d(ys), batchSize: 8 }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [side, side, 1], filters: 6, kernelSize: 3, activation: 'relu' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.sgd(0.01),
});
`;

async function pausedInStep(workbench: Workbench, page: Page, folder: string): Promise<Locator> {
  await writeFile(path.join(folder, 'experiment.ts'), experiment);
  await workbench.openFolder(folder);
  await workbench.hasExperimentOpen();
  await workbench.run();
  await expect(workbench.statusBar).toContainText(/step \d/, { timeout: 60_000 });
  await expect(workbench.toolbar.getByRole('button', { name: /^Pause/ })).toBeEnabled();
  await page.keyboard.press('F6');
  await workbench.isPaused();
  // Where it paused within a step, the step is taken to its end.
  await page.keyboard.press('F7');
  await expect(workbench.panel('Debug')).toContainText(/Paused after one step/i);
  return workbench.panel('Debug');
}

/** Different colours in what is drawn, of every fourth pixel. */
function colours(canvas: Locator): Promise<number> {
  return canvas.evaluate((element: HTMLCanvasElement) => {
    const { width, height } = element;
    const { data } = element.getContext('2d')!.getImageData(0, 0, width, height);
    const seen = new Set<number>();
    for (let at = 0; at < data.length; at += 16) seen.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
    return seen.size;
  });
}

const number = (text: string) => Number(text.replace('−', '-'));

test('a layer’s output as feature maps and as a table, at this stop and at the next', async ({
  workbench,
  page,
  place,
}) => {
  const debug = await pausedInStep(workbench, page, place.workspace);
  const tensors = page.locator('[data-panel="tensor"]');
  const fact = (name: string) =>
    tensors
      .locator('dl > div')
      .filter({ has: page.getByText(name, { exact: true }) })
      .getByRole('definition');
  const of = tensors.locator('.tensor-of');
  const table = tensors.getByRole('grid', { name: /^Values of/ });
  const selected = tensors.getByRole('status').locator('strong');

  const isGreatest = () =>
    expect
      .poll(async () => Math.abs(number(await selected.innerText()) - number(await fact('max').innerText())))
      .toBeLessThan(1e-3);

  await test.step('feature maps are drawn, and say what is under the pointer', async () => {
    await debug.getByRole('button', { name: /^conv2d_1/ }).dblclick();
    await expect(tensors).toContainText('8×18×18×6');
    await expect(tensors.getByRole('button', { name: 'Feature maps' })).toHaveAttribute('aria-pressed', 'true');
    const maps = tensors.getByRole('listbox', { name: /^6 pictures/ });
    await expect.poll(() => colours(maps.locator('canvas'))).toBeGreaterThan(30);
    await maps.hover({ position: { x: 40, y: 40 } });
    await expect(tensors.getByRole('status')).toContainText(/channel 0\s*\[0, \d+, \d+, 0\]\s*=\s*[\d.−e]+$/);
    await tensors.getByRole('button', { name: 'Next example' }).click();
    await maps.hover({ position: { x: 44, y: 44 } });
    await expect(tensors.getByRole('status')).toContainText('[1, ');
  });

  await test.step('by keys: a map is enlarged, its values walked through, and shown in the table', async () => {
    await tensors.getByRole('listbox').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const large = tensors.getByRole('application');
    await expect(large).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect(tensors.getByRole('status')).toContainText('[1, 1, 1, 1]');
    await page.keyboard.press('Enter');
    await expect(table).toBeVisible();
    await expect(table.getByRole('gridcell', { selected: true })).toBeVisible();
    await expect(tensors.getByRole('status')).toContainText('[1, 1, 1, 1]');
  });

  await test.step('the search finds the greatest value, the index leads to where it says', async () => {
    await tensors.getByRole('button', { name: 'Go to the greatest value' }).click();
    await isGreatest();
    await expect(table.getByRole('gridcell', { selected: true })).toBeVisible();
    await tensors.getByRole('textbox', { name: 'Go to index' }).fill('[7, 17, 17, 5]');
    await page.keyboard.press('Enter');
    await expect(table.getByRole('row', { name: '[7, 17, 17]' })).toBeVisible();
    await tensors.getByRole('textbox', { name: 'Go to index' }).fill('[8]');
    await page.keyboard.press('Enter');
    await expect(tensors).toContainText('8 is outside of dimension 0, which goes from 0 to 7.');
    await tensors.getByRole('button', { name: 'Go to the next value that is not finite' }).click();
    await expect(tensors).toContainText('There are no NaN or infinities in it.');
  });

  await test.step('at the next step it shows that step’s values', async () => {
    const before = Number(/\d+/.exec(await of.innerText())![0]);
    await page.keyboard.press('F7');
    await expect(of).toHaveText(`of step ${before + 1}`);
    await tensors.getByRole('button', { name: 'Go to the greatest value' }).click();
    await isGreatest();
    await page.keyboard.press('F5');
    await expect(of).toHaveText(`as of step ${before + 1}`);
    await expect(table.getByRole('gridcell', { selected: true })).toBeVisible();
    await page.keyboard.press('F6');
    await workbench.isPaused();
    await expect(of).toHaveText(/^of step/);
  });
});

test('weights, batch and predictions open from where they are shown, by keys too', async ({
  workbench,
  page,
  place,
}) => {
  const debug = await pausedInStep(workbench, page, place.workspace);
  const tensors = page.locator('[data-panel="tensor"]');

  await test.step('from the layer list: the right arrow offers output, weights and gradients', async () => {
    await debug.getByRole('button', { name: /^dense_1/ }).focus();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('menu').getByRole('menuitem')).toHaveText([
      'Output',
      'Weight kernel',
      'Gradient of kernel',
      'Weight bias',
      'Gradient of bias',
    ]);
    await page.keyboard.press('Enter');
    await expect(tensors.getByRole('button', { name: 'Bars' })).toHaveAttribute('aria-pressed', 'true');
    await expect(tensors.locator('.tensor-bars .numeric')).toHaveCount(3);
    const values = await tensors.locator('.tensor-bars .numeric').allInnerTexts();
    expect(values.reduce((sum, text) => sum + number(text), 0)).toBeCloseTo(1, 2);
  });

  await test.step('from the batch', async () => {
    await debug.getByRole('button', { name: 'xs', exact: true }).click();
    await expect(tensors.getByRole('tab', { selected: true })).toContainText('batch xs');
    await expect(tensors.getByRole('button', { name: 'Images' })).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(() => colours(tensors.getByRole('listbox').locator('canvas'))).toBeGreaterThan(30);
  });

  await test.step('from the variables, where a weight is a heat map', async () => {
    const variables = debug.getByRole('tree', { name: 'Variables' });
    const row = (name: RegExp) => variables.getByRole('treeitem').filter({ hasText: name });
    await row(/^Model/).click();
    await row(/^dense_1/).click();
    await row(/^kernel/).click();
    await page.keyboard.press('Enter');
    await expect(tensors.getByRole('tab', { selected: true })).toContainText('dense_1/kernel');
    await expect.poll(() => colours(tensors.getByRole('application').locator('canvas'))).toBeGreaterThan(20);
    await expect(tensors.locator('.tensor-legend')).toHaveAttribute('aria-label', /^Colours from −/);
  });

  await test.step('tabs change and close by keys', async () => {
    await tensors.getByRole('tab', { selected: true }).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(tensors.getByRole('tab', { selected: true })).toContainText('batch xs');
    await page.keyboard.press('Delete');
    await expect(tensors.getByRole('tab')).toHaveCount(2);
  });
});

test('says what to do where no tensor is open', async ({ workbench, page, place }) => {
  await writeFile(path.join(place.workspace, 'experiment.ts'), experiment);
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: 'Tensors' }).click();
  await expect(page.locator('[data-panel="tensor"]')).toContainText(
    'Pause training, then open a tensor from Variables, Layers or the graph.',
  );
});
