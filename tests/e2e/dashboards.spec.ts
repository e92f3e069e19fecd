/** The dashboards of a folder of logs: charts, computed series, what is kept, the table of runs, files and links. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Download } from 'playwright/test';
import { expect, test } from './fixtures.js';
import { openLogs, writeRun, type LoggedStep } from './log-folder.js';
import { Workbench } from './workbench.js';

/** Two runs as PyTorch's users write them, one of them with a loss that is no number, and a name that is markup. */
function writeLogs(folder: string): void {
  for (const [index, run] of ['baseline', 'wide'].entries()) {
    const steps = Array.from({ length: 200 }, (_, step): LoggedStep => {
      const loss = step === 120 && index === 1 ? Number.NaN : 2 / (step + 1) + index;
      const validation = step % 50 === 49 ? [['Loss/validation', 1 + index] as const] : [];
      const markup = ['norms/<img src=x onerror=alert(1)>', step] as const;
      return { step, seconds: 1_700_000_000 + step, scalars: [['Loss/train', loss], markup, ...validation] };
    });
    writeRun(folder, run, steps);
  }
}

const textOf = async (download: Download) => readFileSync(await download.path(), 'utf8');

test('draws the runs of a folder of logs, computes from them, and keeps what was arranged', async ({ page, place }) => {
  writeLogs(place.workspace);
  await openLogs(page, place, async (workbench) => {
    const panel = await workbench.show('Dashboards');
    const loss = panel.locator('[data-chart="Loss"] .curve-chart');
    await expect(loss).toBeVisible();
    await expect(panel.locator('.chart-nothing')).toHaveCount(0);
    // A name is text, whatever is in it.
    await expect(panel.getByText('<img src=x onerror=alert(1)>')).toBeVisible();

    await test.step('reads the values at a step, and pins them', async () => {
      await loss.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('p');
      const values = page.getByRole('dialog', { name: /^Values at step/ });
      await expect(values).toContainText('baseline');
      await expect(values).toContainText('wide');
      await page.keyboard.press('Escape');
      await expect(values).toBeHidden();
    });

    await test.step('zooms by keys, all charts together, and back', async () => {
      await loss.focus();
      await page.keyboard.press('+');
      await expect(page.locator('.dashboard-zoom')).toContainText(/steps \d+–\d+/);
      await page.keyboard.press('0');
      await expect(page.locator('.dashboard-zoom')).toHaveCount(0);
    });

    await test.step('refuses a formula that makes no sense, and draws one that does', async () => {
      await panel.getByRole('button', { name: /^add/ }).click();
      await page.getByRole('menuitem', { name: 'Computed Series…' }).click();
      const field = page.getByRole('dialog').getByRole('textbox');
      await field.fill('Los/train * 2');
      await field.press('Enter');
      await expect(page.getByRole('dialog')).toContainText(/no series/);
      await field.fill('Loss/validation - Loss/train');
      await field.press('Enter');
      await expect(workbench.chart('Loss/validation - Loss/train')).toBeVisible();
      await expect(panel.getByRole('button', { name: /^Pinned/ })).toBeVisible();
    });

    await test.step('hands out all points of a chart', async () => {
      await loss.click({ button: 'right' });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: 'Save as CSV…' }).click(),
      ]);
      const lines = (await textOf(download)).trim().split('\n');
      expect(lines).toHaveLength(1 + 2 * 204);
      expect(lines[0]).toBe('series,step,wall_time,value');
      expect(lines).toContain('wide,120,1700000120,NaN');
      expect(lines).toContain('baseline,1,1700000001,1');
      await loss.click({ button: 'right' });
      const [picture] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: 'Save as SVG…' }).click(),
      ]);
      expect(await textOf(picture)).toMatch(/^<\?xml.*<path d="M.*<\/svg>\s*$/s);
    });

    await test.step('finds charts and runs by their names', async () => {
      await panel.getByRole('searchbox', { name: /^Charts/ }).fill('^norms');
      await expect(loss).toHaveCount(0);
      await panel.getByRole('searchbox', { name: /^Charts/ }).fill('');
      await panel.getByRole('searchbox', { name: /^Runs/ }).fill('wid');
      await expect(loss).toBeVisible();
      await expect(panel.locator('[data-chart="Loss"] .chart-legend')).not.toHaveAttribute('title', /baseline/);
      await panel.getByRole('searchbox', { name: /^Runs/ }).fill('');
    });

    await test.step('is as it was after a reload, and by a link', async () => {
      const kept = path.join(place.workspace, '.backstep/dashboards.json');
      await expect(() => {
        const { dashboards } = JSON.parse(readFileSync(kept, 'utf8')) as { dashboards: { pinned: unknown[] }[] };
        expect(dashboards[0]?.pinned).toHaveLength(1);
      }).toPass({ timeout: 20_000 });
      await page.reload();
      await workbench.isUsable();
      await expect(workbench.chart('Loss/validation - Loss/train')).toBeVisible();
      const dashboard = { id: 'linked', name: 'From a link', pinned: [], filter: 'norms' };
      const parts = new URLSearchParams({
        view: 'dashboard',
        folder: place.workspace,
        dashboard: JSON.stringify(dashboard),
        from: '10',
        to: '50',
      });
      parts.append('run', 'logs/gone');
      await page.evaluate((hash) => (location.hash = hash), parts.toString());
      await expect(panel.getByRole('button', { name: /^From a link/ })).toBeVisible();
      await expect(page.locator('.dashboard-zoom')).toContainText('steps 10–50');
      await expect(workbench.notice('A run of the link is not in this folder: logs/gone')).toBeVisible();
    });

    await test.step('keeps what two windows change', async () => {
      const kept = () => {
        const text = readFileSync(path.join(place.workspace, '.backstep/dashboards.json'), 'utf8');
        return JSON.parse(text) as { dashboards: { name: string; looks: Record<string, object> }[] };
      };
      const second = await page.context().newPage();
      await second.goto(page.url().replace(/#.*/, ''));
      const other = new Workbench(second);
      await other.isUsable();
      await (await other.show('Runs')).getByRole('checkbox').first().check();
      const chart = (await other.show('Dashboards')).locator('[data-chart^="norms"]');
      await expect(chart).toBeVisible();
      await page.bringToFront();
      await panel.getByRole('button', { name: /^From a link/ }).click();
      await page.getByRole('menuitem', { name: 'New Dashboard…' }).click();
      await page.getByRole('dialog').getByRole('textbox').fill('Of the first window');
      await page.keyboard.press('Enter');
      await expect.poll(() => kept().dashboards.map(({ name }) => name)).toContain('Of the first window');
      await second.bringToFront();
      await chart.getByRole('button', { name: 'log', exact: true }).click();
      await expect.poll(() => kept().dashboards.flatMap(({ looks }) => Object.values(looks))).toHaveLength(1);
      expect(kept().dashboards.map(({ name }) => name)).toContain('Of the first window');
      await second.close();
    });
  });
});

test('lists runs in a table, notes what is said of them, and compares two', async ({ page, place }) => {
  writeLogs(place.workspace);
  await openLogs(page, place, async (workbench) => {
    const panel = await workbench.show('Dashboards');
    await panel.getByRole('button', { name: 'runs', exact: true }).click();
    const table = panel.getByRole('table');
    await expect(table.getByRole('row')).toHaveCount(3);
    await table.getByTitle('Sort by Name').click();
    await expect(table.getByRole('row').nth(1)).toContainText('baseline');
    await table.getByTitle('Sort by Name').click();
    await expect(table.getByRole('row').nth(1)).toContainText('wide');

    await table.getByRole('button', { name: 'More about wide' }).click();
    await page.getByRole('menuitem', { name: 'Tags…' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('good, twice');
    await page.keyboard.press('Enter');
    await expect(table.getByRole('row').nth(1)).toContainText('good, twice');

    await panel.getByRole('button', { name: 'Compare two' }).click();
    await expect(panel.getByRole('region', { name: /compared with/ })).toContainText('Loss/train');
    await panel.getByRole('button', { name: 'All runs' }).click();
    await table.getByRole('button', { name: 'More about wide' }).click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await expect(table.getByRole('row')).toHaveCount(2);
  });
});
