/** The graph as a picture: what can be done with what stands in the page can be done with what is drawn. */
import { expect, test } from './fixtures.js';

test('traces what is up- and downstream, and is pointed at from afar as from near', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  await page.keyboard.press('ControlOrMeta+Shift+G');
  const items = page.locator('.graph-item');
  const relu = items.filter({ hasText: /Relu/ }).first();
  await expect(relu).toBeVisible({ timeout: 60_000 });
  const graph = page.locator('.graph .react-flow');
  const picture = page.locator('.graph-picture');
  const details = page.getByRole('region', { name: 'Details' });
  await expect(graph).toHaveAttribute('data-drawn', 'page');

  // The batch comes before, the layers after; what the pointer has left is not traced.
  await relu.hover();
  await expect(relu).toHaveAttribute('data-side', 'self');
  await expect(items.filter({ hasText: 'Placeholder' }).first()).toHaveAttribute('data-side', 'up');
  await expect(page.locator('.graph-item[data-side=down]').first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find ops' }).hover();
  await expect(page.locator('.graph-item[data-side]')).toHaveCount(0);

  // By a key, of what is selected.
  await relu.click();
  await page.getByRole('searchbox', { name: 'Find ops' }).hover();
  await page.locator('.graph-canvas').focus();
  await page.keyboard.press('t');
  await expect(relu).toHaveAttribute('data-side', 'self');
  await page.keyboard.press('Escape');
  await expect(page.locator('.graph-item[data-side]')).toHaveCount(0);
  await expect(details).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(details).toBeHidden();

  // Away from it, its place under the pointer stays: there is nothing in the page then, and yet it can be clicked.
  const box = (await relu.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await expect(async () => {
    await page.mouse.wheel(0, 60);
    await expect(graph).toHaveAttribute('data-drawn', 'picture', { timeout: 300 });
  }).toPass({ timeout: 20_000 });
  await expect(items).toHaveCount(0);
  await expect(picture).toHaveAttribute('data-painted', 'whole');
  await page.mouse.click(x, y);
  await expect(details).toContainText('Relu');
  await page.mouse.click(x, y, { button: 'right' });
  await expect(page.getByRole('menu')).toContainText('Break');
  await page.keyboard.press('Escape');
  await page.mouse.dblclick(x, y);
  await expect(page.getByRole('button', { name: 'Close all' })).toBeVisible();

  // All of it, and with everything open.
  await page.getByTitle('See all of it').click();
  const closed = Number(await graph.getAttribute('data-items'));
  await page.getByRole('button', { name: 'Close all' }).click();
  await page.getByRole('button', { name: 'Open all' }).click();
  await expect.poll(async () => Number(await graph.getAttribute('data-items'))).toBeGreaterThan(closed);
  await expect(picture).toHaveAttribute('data-painted', 'whole');
});
