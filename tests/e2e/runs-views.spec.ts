/** Many runs of a sweep, compared: parallel axes, points, what settings are worth, one filter for all, kept and in links. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright/test';
import { encodeFileVersion, encodeScalars } from '../../src/shared/events/event-writer.js';
import { encodeSummary, sessionStartValue } from '../../src/shared/events/summary-encoders.js';
import { expect, test } from './fixtures.js';
import { ServerUnderTest } from './server-under-test.js';
import { Workbench } from './workbench.js';

const RUNS = 24;

/** The accuracy hangs on the rate, and a little on the optimizer; the loss's least value lies in the middle of the run. */
function writeSweep(folder: string): void {
  for (let index = 0; index < RUNS; index++) {
    const rate = 10 ** -(1 + (index % 5));
    const optimizer = index % 2 === 0 ? 'adam' : 'sgd';
    const accuracy = 0.9 - 0.1 * Math.abs(Math.log10(rate) + 3) + (optimizer === 'adam' ? 0.02 : 0) + index / 10_000;
    const time = 1_700_000_000 + index * 100;
    const records = [
      encodeFileVersion(time),
      encodeSummary(0, time, [sessionStartValue({ rate, optimizer, nesterov: index % 3 === 0 }, time, '')]),
    ];
    for (let step = 0; step < 10; step++) {
      records.push(
        encodeScalars(step, time + step, [
          ['accuracy', (accuracy * (step + 1)) / 10],
          ['loss', 1 + Math.abs(step - 5) + index / 100],
        ]),
      );
    }
    const run = path.join(folder, 'sweep', `run-${String(index).padStart(2, '0')}`);
    mkdirSync(run, { recursive: true });
    writeFileSync(path.join(run, `events.out.tfevents.${time}.here.1.v2`), Buffer.concat(records));
  }
}

/** The middle of an axis, and how far from it its ends are. */
async function axisOf(panel: Locator, name: string): Promise<{ x: number; y: number; half: number }> {
  const head = (await panel.getByRole('button', { name: new RegExp(`^Axis \\d+ of \\d+: ${name}$`) }).boundingBox())!;
  const canvas = (await panel.locator('.run-canvas').boundingBox())!;
  const [top, bottom] = [canvas.y + 34, canvas.y + canvas.height - 30];
  return { x: head.x + head.width / 2, y: (top + bottom) / 2, half: (bottom - top) / 2 };
}

test('compares the runs of a sweep in every view, with one filter', async ({ page, place }) => {
  writeSweep(place.workspace);
  const server = await ServerUnderTest.start({ home: place.home, folder: place.workspace });
  try {
    const workbench = new Workbench(page);
    await workbench.open(server.url);
    const trust = page.getByRole('dialog', { name: /trust/ });
    // Asked at the beginning, and again after a reload.
    await page.addLocatorHandler(trust, () => trust.getByRole('button', { name: 'Browse Only' }).click());
    const panel = await workbench.show('Dashboards');
    const views = panel.getByRole('group', { name: 'View of the runs' });
    const count = panel.locator('.runs-table-count');
    const axes = panel.getByRole('button', { name: /^Axis \d+ of \d+/ });
    await panel.getByRole('button', { name: 'runs', exact: true }).click();
    await expect(count).toContainText(`${RUNS} runs`);

    await test.step('brushes an axis, which the table follows', async () => {
      await views.getByRole('button', { name: 'parallel' }).click();
      await expect(axes).toHaveText(['nesterov', 'optimizer', 'rate', 'loss', 'accuracy']);
      const rate = await axisOf(panel, 'rate');
      await page.mouse.move(rate.x, rate.y + rate.half * 0.25);
      await page.mouse.down();
      await page.mouse.move(rate.x, rate.y);
      await page.mouse.move(rate.x, rate.y - rate.half * 0.25);
      await page.mouse.up();
      // Of five magnitudes the middle one.
      await expect(count).toContainText(`5 of ${RUNS} runs`);
      await views.getByRole('button', { name: 'table' }).click();
      await expect(panel.getByRole('table').locator('tbody tr[aria-rowindex]')).toHaveCount(5);
      await expect(panel.getByRole('table').locator('tbody tr').first()).toContainText('0.001');
      await views.getByRole('button', { name: 'parallel' }).click();
    });

    await test.step('does the same by keys: ranges, order, runs', async () => {
      await panel.getByRole('button', { name: /^All runs, whatever rate/ }).click();
      await expect(count).not.toContainText('of');
      const head = panel.getByRole('button', { name: /: optimizer$/ });
      await head.focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      const field = page.getByRole('dialog').getByRole('textbox');
      await expect(field).toHaveValue('adam, sgd');
      await field.fill('momentum');
      await field.press('Enter');
      await expect(page.getByRole('dialog')).toContainText('Words of the axis');
      await field.fill('sgd');
      await field.press('Enter');
      await expect(count).toContainText(`${RUNS / 2} of ${RUNS} runs`);
      await head.focus();
      await page.keyboard.press('Shift+ArrowRight');
      await expect(axes).toHaveText(['nesterov', 'rate', 'optimizer', 'loss', 'accuracy']);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Delete');
      await expect(axes).toHaveText(['nesterov', 'optimizer', 'loss', 'accuracy']);
      await panel.getByRole('button', { name: 'The usual axes' }).click();
      const picture = panel.getByRole('group', { name: /^Parallel coordinates/ });
      await picture.focus();
      await page.keyboard.press('ArrowDown');
      const before = await count.textContent();
      await page.keyboard.press('Enter');
      await expect(count).not.toHaveText(before!);
    });

    await test.step('adds an axis of the least value of a series', async () => {
      await panel.getByRole('button', { name: 'Add axis' }).click();
      await page.keyboard.type('min loss');
      await page.keyboard.press('Enter');
      await expect(axes.last()).toHaveText('min loss');
      const range = axes.last();
      await expect(async () => {
        await range.focus();
        await page.keyboard.press('Enter');
        await page.keyboard.press('Enter');
        // Known when it was read: of the odd ones the first has 1.01, the last 1.23.
        const ends = await page.getByRole('dialog').getByRole('textbox').inputValue({ timeout: 2000 });
        await page.keyboard.press('Escape');
        expect(ends).toMatch(/^1(\.00\d*)?, 1\.2[23]\d*$/);
      }).toPass({ timeout: 20_000 });
    });

    await test.step('drags an axis to another place', async () => {
      const [from, to] = [await axisOf(panel, 'accuracy'), await axisOf(panel, 'nesterov')];
      const y = from.y - from.half - 22;
      await page.mouse.move(from.x, y);
      await page.mouse.down();
      await page.mouse.move(from.x - 30, y);
      await page.mouse.move(to.x - 5, y);
      await page.mouse.up();
      await expect(axes.first()).toHaveText('accuracy');
    });

    await test.step('shows them as points, and says what settings are worth', async () => {
      await panel.getByRole('button', { name: /^All runs, whatever optimizer/ }).click();
      await views.getByRole('button', { name: 'importance' }).click();
      await panel.getByRole('button', { name: /^metric:/ }).click();
      await page.keyboard.type('accuracy');
      await page.keyboard.press('Enter');
      const importance = panel.getByRole('region', { name: /^What settings are worth for accuracy/ });
      await expect(importance).toContainText('rate matters most');
      await expect(importance.getByRole('row').nth(1)).toContainText('rate');
      await importance.getByRole('button', { name: 'rate' }).click();
      await expect(panel.getByRole('group', { name: `accuracy over rate of ${RUNS} runs` })).toBeVisible();
      await panel.getByRole('button', { name: 'trend' }).click();
      await panel.getByRole('button', { name: 'Logarithmic y axis' }).click();
      await panel.locator('.run-canvas').hover();
      await panel.getByRole('button', { name: 'Save the picture' }).click();
      const [picture] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: 'Save as SVG…' }).click(),
      ]);
      const svg = readFileSync(await picture.path(), 'utf8');
      expect(svg).toContain('rate →');
      expect(svg.match(/a4.5 4.5/g)?.length).toBe(2 * 2 * RUNS);
    });

    await test.step('is as it was after a reload, and by a link', async () => {
      const kept = path.join(place.workspace, '.backstep/dashboards.json');
      await expect(() => expect(readFileSync(kept, 'utf8')).toContain('"trend": true')).toPass({ timeout: 20_000 });
      await page.reload();
      await workbench.isUsable();
      await expect(panel.getByRole('button', { name: 'trend' })).toHaveAttribute('aria-pressed', 'true');
      await expect(panel.getByRole('button', { name: 'Logarithmic y axis' })).toHaveAttribute('aria-pressed', 'true');
      const ranges = { 'setting:optimizer': { kind: 'among', values: ['adam'] } };
      const dashboard = { id: 'linked', name: 'From a link', view: 'runs', runsView: { kind: 'parallel', ranges } };
      const parts = new URLSearchParams({
        view: 'dashboard',
        folder: place.workspace,
        dashboard: JSON.stringify(dashboard),
      });
      await page.evaluate((hash) => (location.hash = hash), parts.toString());
      await expect(panel.getByRole('group', { name: /^Parallel coordinates of 12 runs/ })).toBeVisible();
    });

    await test.step('says what to do where nothing is left', async () => {
      await panel.getByRole('searchbox', { name: /^Runs/ }).fill('run-01');
      await panel.getByRole('button', { name: 'All runs', exact: true }).click();
      await expect(panel).toContainText('--set rate=0.01');
    });

    await test.step('lays all columns over each other; what is marked in one plot is marked in all', async () => {
      await panel.getByRole('searchbox', { name: /^Runs/ }).fill('');
      await views.getByRole('button', { name: 'matrix' }).click();
      const all = panel.getByRole('group', {
        name: /^5 columns of 24 runs.*: nesterov, optimizer, rate, loss, accuracy/,
      });
      await panel.getByRole('button', { name: 'trend' }).click();
      // The first row's plot above the name of the accuracy: the upper half is `true`.
      const [row, column] = await Promise.all(
        ['nesterov', 'accuracy'].map(async (name) => (await all.getByRole('button', { name }).boundingBox())!),
      );
      await page.mouse.move(column!.x + column!.width * 0.5, row!.y);
      await page.mouse.down();
      await page.mouse.move(column!.x + column!.width * 0.8, row!.y + 10);
      await page.mouse.move(column!.x + column!.width, row!.y + 30);
      await page.mouse.up();
      await expect(count).toContainText(/^\d+ of 24 runs/);
      await expect(panel.getByRole('button', { name: 'nesterov: true', exact: true })).toBeVisible();
      await expect(panel.getByRole('button', { name: /^accuracy: 0/ })).toBeVisible();
    });
  } finally {
    await server.stop();
  }
});
