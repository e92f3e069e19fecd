/** The window opens, welcomes, and opens a sample that is the person's own from then on. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.js';

test('welcomes with samples and a way to open a folder', async ({ workbench, page }) => {
  await expect(page).toHaveTitle(/Backstep/);
  await expect(page.getByRole('heading', { name: 'Backstep' })).toBeVisible();
  for (const sample of [/Rock, paper, scissors/, /Iris/, /Digits/]) {
    await expect(page.getByRole('button', { name: sample })).toBeVisible();
  }
  await expect(page.getByRole('button', { name: 'Open Folder…' })).toBeEnabled();
  await expect(workbench.statusBar).toContainText('No folder open');
});

test('opens a sample as a copy, with its shapes', async ({ workbench, place }) => {
  await workbench.openSample(/Iris/);
  expect(existsSync(path.join(place.home, 'Backstep/iris/experiment.ts'))).toBe(true);
  await expect(workbench.editorLine('dense({ units: 10')).toContainText(/4\s→\s10/);
  const layers = await workbench.show('Layers');
  await expect(layers).toContainText('dense_4');
  await expect(layers).toContainText('513');
});

test('keeps the colour theme and the open folder over a reload', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
  const before = await theme();
  await page.getByRole('button', { name: 'Colour theme' }).click();
  await expect.poll(theme).not.toBe(before);
  const chosen = await theme();
  await page.reload();
  await workbench.hasExperimentOpen();
  expect(await theme()).toBe(chosen);
});

for (const size of [
  { width: 1280, height: 720 },
  { width: 3840, height: 2160 },
]) {
  test(`fits ${size.width}×${size.height} without a page that scrolls`, async ({ workbench, page }) => {
    await page.setViewportSize(size);
    await workbench.openSample(/Iris/);
    const overflow = await page.evaluate(() => [
      document.documentElement.scrollWidth - document.documentElement.clientWidth,
      document.documentElement.scrollHeight - document.documentElement.clientHeight,
    ]);
    expect(overflow).toEqual([0, 0]);
    for (const part of [workbench.toolbar, workbench.statusBar, workbench.editor]) {
      const box = await part.boundingBox();
      expect(box).not.toBeNull();
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(size.width);
      expect(box!.y + box!.height).toBeLessThanOrEqual(size.height);
    }
  });
}
