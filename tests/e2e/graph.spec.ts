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
