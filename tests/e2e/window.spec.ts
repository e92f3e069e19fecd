/** The window's frame under a person's hands: panes, panels, keys, what a restricted folder offers, what a narrow editor shows. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.js';
import type { Workbench } from './workbench.js';

async function command(workbench: Workbench, title: string): Promise<void> {
  const { page } = workbench;
  await page.keyboard.press('ControlOrMeta+Shift+P');
  await page.getByRole('combobox', { name: /commands/ }).fill(`>${title}`);
  await page.getByRole('option', { name: title }).first().click();
}

test('shows two files side by side, each with its own keys, and still does after a reload', async ({
  workbench,
  page,
}) => {
  await workbench.openSample(/Iris/);
  await page.keyboard.press('ControlOrMeta+\\');
  const panes = page
    .locator('.monaco-editor[role="code"], .monaco-editor')
    .filter({ has: page.locator('.view-lines') });
  await expect(page.getByRole('separator', { name: 'Width of the editor panes' })).toBeVisible();
  await expect(panes).toHaveCount(2);
  await page.getByRole('treeitem', { name: 'README.md' }).click();
  await expect(page.getByRole('button', { name: 'Close the pane of README.md' })).toBeVisible();
  await expect(panes.nth(1)).toContainText(/Iris/);
  await expect(panes.nth(0)).toContainText(/defineExperiment/);
  await page.reload();
  await workbench.isUsable();
  await expect(panes.nth(1)).toContainText(/Iris/);
  await expect(panes.nth(0)).toContainText(/defineExperiment/);

  // What is typed at the left is the left file's.
  await panes.nth(0).locator('.view-lines').click();
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.insertText('// mine\n');
  await expect(page.getByRole('tab', { name: 'experiment.ts, not saved' })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+S');
  await expect(page.getByRole('tab', { name: 'experiment.ts', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Close the pane of README.md' }).click();
  await expect(panes).toHaveCount(1);
});

test('moves a panel by command, keeps it there over a reload, and takes it back', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  const left = async (name: 'Console') => (await (await workbench.show(name)).boundingBox())!.x;
  const before = await left('Console');
  await page.getByRole('tab', { name: 'Console' }).click();
  await command(workbench, 'View: Move Panel to Left Side');
  await expect.poll(() => left('Console')).toBeLessThan(before);
  await page.reload();
  await workbench.hasExperimentOpen();
  await expect.poll(() => left('Console')).toBeLessThan(before);
  await command(workbench, 'View: Reset Layout');
  await expect.poll(() => left('Console')).toBe(before);
});

test('sides give way where a window is narrow, and panels are resized by keys', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  const [explorer, debug, editor] = ['explorer', 'debug', 'editor'].map((id) => page.locator(`[data-panel="${id}"]`));
  const within = async (width: number) => {
    const box = (await editor!.boundingBox())!;
    return box.width >= 290 && box.x + box.width <= width;
  };
  await expect(debug!).toBeVisible();
  const width = async () => (await explorer!.boundingBox())!.width;
  const before = await width();
  // As much room as 1280×800 has at 200 %.
  await page.setViewportSize({ width: 640, height: 400 });
  await expect(debug!).toBeHidden();
  await expect(explorer!).toBeVisible();
  await expect.poll(() => within(640)).toBe(true);
  await page.keyboard.press('ControlOrMeta+Alt+B');
  await expect(debug!).toBeVisible();
  await expect(explorer!).toBeHidden();
  await expect.poll(() => within(640)).toBe(true);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(explorer!).toBeVisible();
  await expect(debug!).toBeVisible();
  await expect.poll(width).toBeCloseTo(before, -1);

  await page.keyboard.press('ControlOrMeta+Shift+E');
  await page.keyboard.press('ControlOrMeta+Shift+Alt+ArrowRight');
  await expect.poll(width).toBeGreaterThan(before + 50);
  await page.keyboard.press('ControlOrMeta+Shift+Alt+ArrowLeft');
  await expect.poll(width).toBeCloseTo(before, -1);
});

test('goes round the parts of the window by one key, with the focus to be seen', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  const parts = new Set<string>();
  for (let press = 0; press < 9; press++) {
    await page.keyboard.press('F6');
    parts.add(
      await page.evaluate(() => {
        const part = document.activeElement?.closest('[data-part], [data-panel]');
        return part?.getAttribute('data-part') ?? part?.getAttribute('data-panel') ?? 'none';
      }),
    );
  }
  for (const part of ['title-bar', 'activity-bar', 'explorer', 'editor', 'status-bar']) {
    expect([...parts]).toContain(part);
  }
  expect([...parts]).not.toContain('none');
});

test('a symbol is renamed by keys alone, in files that are not open too', async ({ workbench, page, place }) => {
  writeFileSync(path.join(place.workspace, 'sizes.ts'), 'export const units = 3;\n');
  writeFileSync(
    path.join(place.workspace, 'experiment.ts'),
    `import { units } from './sizes';\nimport { defineExperiment } from 'backstep';\nexport default defineExperiment({ units } as never);\n`,
  );
  await workbench.openFolder(place.workspace);
  await workbench.hasExperimentOpen();
  await workbench.editor.locator('.view-lines').click();
  await page.keyboard.press('Control+Home');
  for (let letter = 0; letter < 10; letter++) await page.keyboard.press('ArrowRight');
  // The palette gives the focus back to where it was.
  await page.keyboard.press('Control+Shift+P');
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible();
  await page.keyboard.press('Escape');
  const box = page.locator('.rename-input');
  await expect(async () => {
    await page.keyboard.press('F2');
    await expect(box).toBeFocused({ timeout: 2000 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('width');
  await page.keyboard.press('Enter');
  await expect(workbench.editorLine("import { width } from './sizes'")).toBeVisible();
  await expect(page.getByRole('tab', { name: 'sizes.ts, not saved' })).toBeVisible();
});

test('a restricted folder offers trust where others offer Run, and a folder’s notices go with it', async ({
  workbench,
  page,
  place,
}) => {
  writeFileSync(
    path.join(place.workspace, 'experiment.ts'),
    `import { defineExperiment } from 'backstep';\nthrow new Error('never run');\nexport default defineExperiment({} as never);\n`,
  );
  await workbench.openFolder(place.workspace, 'Browse Only');
  await workbench.hasExperimentOpen();
  for (const panel of ['Dashboards', 'Debug', 'Data', 'Layers', 'Runs'] as const) {
    const shown = await workbench.show(panel);
    await expect(shown.getByRole('button', { name: 'Trust This Folder…' })).toBeVisible();
    await expect(shown.getByRole('button', { name: /^Run/ })).toHaveCount(0);
  }
  await expect(workbench.statusBar.getByRole('button', { name: 'Restricted' })).toBeVisible();

  await workbench.statusBar.getByRole('button', { name: 'Restricted' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Trust Folder' }).click();
  await workbench.run();
  await expect(workbench.notices).toContainText(/never run/, { timeout: 60_000 });
  await command(workbench, 'File: Close Folder');
  await expect(page.getByRole('button', { name: 'Open Folder…' })).toBeVisible();
  await expect(workbench.notices).not.toContainText(/never run/);
});

test('shows the shape of a line that is longer than a narrow editor is wide', async ({ workbench, page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await workbench.openSample(/Rock, paper, scissors/);
  await workbench.scrollTo('conv2d({ filters: 16');
  const pinned = workbench.editor.getByText('→ 148×148×16', { exact: true });
  await expect(pinned).toBeVisible();
  const [hint, editor] = [await pinned.boundingBox(), await workbench.editor.boundingBox()];
  expect(hint!.x + hint!.width).toBeLessThanOrEqual(editor!.x + editor!.width);
});
