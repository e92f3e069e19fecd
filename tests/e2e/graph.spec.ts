/** The graph of a step in the window: it opens, leads to the code and back, is searched, and follows what is typed. */
import { expect, test } from './fixtures.js';

test('shows the layers of a sample, opens one to its ops, and is in step with the editor', async ({
  workbench,
  page,
}) => {
  await workbench.openSample(/Iris/);
  await page.keyboard.press('ControlOrMeta+Shift+G');
  const blocks = page.locator('.graph-group strong');
  await expect(blocks.first()).toHaveText('batch', { timeout: 60_000 });
  const layer = page.locator('.graph-group', { hasText: 'Dense' }).first();
  const label = (await layer.locator('strong').textContent())!;

  // A click on its ops puts the editor's cursor at the layer, which is lit.
  await page
    .locator('.graph-item', { hasText: /MatMul/ })
    .first()
    .click();
  await expect(layer).toHaveAttribute('data-lit', 'true');
  await expect(page.locator('.graph-details')).toContainText('ops');

  // By keys: Enter opens the layer, the arrows walk along it.
  await page.locator('.graph-canvas').focus();
  await page.keyboard.press('Enter');
  await expect(layer.getByRole('button')).toHaveAttribute('aria-expanded', 'true');
  await expect(page.locator('.graph-details h3')).toContainText(`${label}/`);
  const first = await page.locator('.graph-details h3').textContent();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.graph-details h3')).not.toHaveText(first!);

  const find = page.getByRole('searchbox', { name: 'Find ops' });
  await find.fill('gradient matmul');
  await find.press('Enter');
  await expect(page.locator('.graph-details h3')).toHaveText(/^gradient\/.*MatMul/);
  await find.fill('no such op');
  await expect(page.locator('.graph-find')).toContainText('none');
});

test('says the same in numbers: sorted, searched, by keys; values are measured for the colours that need them', async ({
  workbench,
  page,
}) => {
  await workbench.openSample(/Iris/);
  await page.keyboard.press('ControlOrMeta+Shift+G');
  await expect(page.locator('.graph-group strong').first()).toHaveText('batch', { timeout: 60_000 });
  await page.getByRole('radio', { name: 'Table', exact: true }).click();
  const table = page.getByRole('grid', { name: /^Table of/ });
  const names = table.getByRole('row').locator('[role=gridcell]:nth-child(2)');
  await expect(names.first()).toHaveText('input/xs');

  // A column sorts by what it holds, and says so.
  const memory = table.getByRole('columnheader', { name: 'Memory' });
  await memory.getByRole('button').click();
  await expect(memory).toHaveAttribute('aria-sort', 'descending');
  await expect(names.first()).not.toHaveText('input/xs');
  await memory.getByRole('button').click();
  await memory.getByRole('button').click();
  await expect(memory).toHaveAttribute('aria-sort', 'none');

  // What is looked for is what is listed, with its sums.
  const find = page.getByRole('searchbox', { name: 'Find ops' });
  await find.fill('layer:dense_2 op:relu');
  await expect(names.first()).toHaveText('dense_2/Relu');
  await expect(page.locator('.graph-table-tabs')).toContainText(/^.*\d of \d+ ops/);
  await find.fill('');

  // By keys: along the rows, Enter selects and leads to the line.
  await table.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  const details = page.getByRole('region', { name: 'Details' });
  await expect(details.locator('h3')).toHaveText('dense_1/kernel');
  await expect(table.locator('[aria-selected=true]')).toContainText('dense_1/kernel');
  await expect(page.locator('.graph-bar nav')).toContainText('dense_1');

  const tabs = page.getByRole('tablist', { name: 'Table of' });
  await tabs.getByRole('tab', { name: 'Layers' }).click();
  await expect(names).toContainText(['batch', 'dense_1', 'dense_2', 'dense_3', 'dense_4', 'loss']);
  await tabs.getByRole('tab', { name: 'Kinds' }).click();
  await expect(names.filter({ hasText: 'Relu' }).first()).toBeVisible();

  // Beside the picture, coloured by values: they are measured when asked for.
  await page.getByRole('radio', { name: 'Graph and Table' }).click();
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('Gradient norm');
  await page.getByRole('button', { name: 'Measure Values' }).click();
  await expect(page.getByText('values of the first batch')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('img', { name: /^From \S+ to \S+/ })).toBeVisible();
  await expect(table.getByRole('columnheader', { name: 'Zeros' })).toBeAttached();
});

test('shows the values of the step that training stands in, op by op', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  await page.keyboard.press('ControlOrMeta+Shift+G');
  const relu = page.locator('.graph-item', { hasText: /Relu/ }).first();
  await expect(relu).toBeVisible({ timeout: 60_000 });
  await relu.click();
  await page.locator('.graph-canvas').focus();
  await page.keyboard.press('Enter');
  await page.locator('.graph-item', { hasText: /^Relu$/ }).click();
  await page.keyboard.press('F9');
  await page.keyboard.press('F5');
  const here = page.locator('.graph-item[data-progress=here]');
  await expect(here).toHaveText('Relu', { timeout: 60_000 });
  await expect(page.getByText('values of step 1')).toBeVisible();
  const details = page.getByRole('region', { name: 'Details' });
  // What goes into it is there; what it gives is not yet.
  await expect(details.locator('.graph-range').first()).toBeVisible();
  await expect(details.getByRole('heading', { name: /Output in/ })).toBeHidden();
  // Copies for its gradient are made before it is done.
  await expect(async () => {
    await page.keyboard.press('F10');
    await expect(details.getByRole('heading', { name: 'Output in step 1' })).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 30_000 });
  await expect(details.getByRole('heading', { name: 'Output in step 1' })).toBeVisible();
  await expect(details.locator('.graph-numbers')).toContainText(/min0/);
  await page.getByRole('radio', { name: 'Table', exact: true }).click();
  await expect(page.locator('.graph-table-row[data-progress=here]')).toBeVisible();
  await expect(page.locator('.graph-table-row[data-progress=done]').first()).toBeVisible();
});
