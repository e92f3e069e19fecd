/** Charts under a person's hands: both axes, the cursor while training stands, and alerts. */
import type { Locator, Page } from 'playwright/test';
import { expect, test } from './fixtures.js';
import { openLogs, writeOn, writeRun, type LoggedStep } from './log-folder.js';
import type { Workbench } from './workbench.js';

const losses = (values: readonly number[], from: number): LoggedStep[] =>
  values.map((value, index) => ({
    step: from + index,
    seconds: 1_700_000_000 + from + index,
    scalars: [['epoch_loss', value]],
  }));

/** In shares of the chart. */
async function drag(page: Page, chart: Locator, from: readonly [number, number], to: readonly [number, number]) {
  const { x, y, width, height } = (await chart.boundingBox())!;
  await page.mouse.move(x + width * from[0], y + height * from[1]);
  await page.mouse.down();
  await page.mouse.move(x + width * to[0], y + height * to[1], { steps: 6 });
  await page.mouse.up();
}

async function setAlert(page: Page, workbench: Workbench, series: string, rule: RegExp, number: string, then: RegExp) {
  const panel = await workbench.show('Dashboards');
  await panel.getByRole('button', { name: /Alerts/ }).click();
  await page.getByRole('menuitem', { name: 'New Alert…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(series);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByRole('button', { name: rule }).click();
  await dialog.getByRole('textbox').fill(number);
  await dialog.getByRole('button', { name: 'Next' }).click();
  // What Enter takes ends nothing.
  await expect(dialog.getByRole('button', { name: 'Tell', exact: true })).toBeFocused();
  await dialog.getByRole('button', { name: then }).click();
  await expect(dialog).toHaveCount(0);
}

test('both axes are zoomed by box, wheel, keys and numbers, and kept', async ({ page, place }) => {
  writeRun(
    place.workspace,
    'alone',
    losses(
      Array.from({ length: 300 }, (_, step) => 3 / (step + 1)),
      0,
    ),
  );
  await openLogs(page, place, async (workbench) => {
    const panel = await workbench.show('Dashboards');
    const card = panel.locator('[data-chart="loss"]');
    const chart = card.locator('.curve-chart');
    await expect(panel.locator('.chart-nothing')).toHaveCount(0);
    const ofY = card.getByRole('button', { name: /^Show all of the y axis/ });
    const ofX = page.locator('.dashboard-zoom');

    await drag(page, chart, [0.3, 0.2], [0.6, 0.7]);
    await expect(ofX).toBeVisible();
    await expect(ofY).toHaveAttribute('title', /shows [\d.]+ to [\d.]+/);
    await chart.dblclick({ position: { x: 120, y: 60 } });
    await expect(ofX).toHaveCount(0);
    await expect(ofY).toHaveCount(0);

    await drag(page, chart, [0.3, 0.5], [0.7, 0.52]);
    await expect(ofX).toBeVisible();
    await expect(ofY).toHaveCount(0);
    await chart.focus();
    await page.keyboard.press('Escape');

    await drag(page, chart, [0.5, 0.2], [0.505, 0.8]);
    await expect(ofY).toBeVisible();
    await expect(ofX).toHaveCount(0);
    await ofY.click();
    await expect(ofY).toHaveCount(0);

    await chart.hover({ position: { x: 150, y: 60 } });
    await page.keyboard.down('Alt');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Alt');
    await expect(ofY).toBeVisible();
    await chart.focus();
    await page.keyboard.press('0');
    await expect(ofY).toHaveCount(0);
    await page.keyboard.press('Shift+ArrowUp');
    await expect(ofY).toBeVisible();
    await page.keyboard.press('Escape');

    await chart.click({ button: 'right' });
    await page.getByRole('menuitemcheckbox', { name: 'Range of the Y Axis…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('2 to 1');
    await page.keyboard.press('Enter');
    await expect(dialog).toContainText('the lesser first');
    await dialog.getByRole('textbox').fill('0 to 1');
    await page.keyboard.press('Enter');
    await expect(ofY).toHaveAttribute('title', /shows 0 to 1:/);
    await page.waitForTimeout(800);
    await page.reload();
    await workbench.isUsable();
    await expect(ofY).toHaveAttribute('title', /shows 0 to 1:/);
  });
});

test('an alert looks at a run that another program writes, and tells the desktop too', async ({ page, place }) => {
  const rising = [3, 2, 2.1, 2.2, 2.3, 2.4];
  const file = writeRun(place.workspace, 'keras/validation', losses(rising, 0));
  await page.addInitScript(() => {
    class Recorded {
      static permission: NotificationPermission = 'default';
      static requestPermission() {
        Recorded.permission = 'granted';
        return Promise.resolve(Recorded.permission);
      }
      constructor(_title: string, { body }: { body: string }) {
        document.documentElement.dataset['told'] = body;
      }
    }
    Object.assign(globalThis, { Notification: Recorded });
  });
  await openLogs(page, place, async (workbench) => {
    const panel = await workbench.show('Dashboards');
    await expect(panel.locator('[data-chart="loss"] .curve-chart')).toBeVisible();
    await setAlert(page, workbench, 'val_loss', /^It Rises/, '5', /^Tell$/);
    // Nobody looks at the window.
    await page.evaluate(() => Object.defineProperty(document, 'visibilityState', { value: 'hidden' }));
    writeOn(file, losses([2.5], rising.length));
    const words = 'val_loss rises 5 times in a row, at step 6 of logs/keras';
    await expect(workbench.notice(words)).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('data-told', new RegExp(words));
  });
});

test('an alert ends the training; while it stands, the charts move the cursor of all', async ({ page, workbench }) => {
  await workbench.openSample(/Iris/);
  await workbench.addBreakpoint('At step', '40');
  await workbench.run();
  await workbench.isPaused();
  const panel = await workbench.show('Dashboards');
  const chart = panel.locator('[data-chart="loss"] .curve-chart');
  const time = page.getByRole('slider', { name: 'Cursor in time' });
  const at = async () => Number(await time.getAttribute('aria-valuenow'));

  await drag(page, chart, [0.8, 0.5], [0.4, 0.5]);
  await expect.poll(at).toBeLessThan(35);
  const step = await at();
  expect(step).toBeGreaterThan(1);
  await expect(page.locator('.dashboard-zoom')).toHaveCount(0);
  await expect(workbench.panel('Debug')).toContainText(`step ${step}`);

  await time.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(at).toBe(step - 1);
  await page.mouse.move(5, 5);
  await chart.focus();
  await page.keyboard.press('p');
  await expect(page.getByRole('dialog', { name: `Values at step ${step - 1}` })).toBeVisible();
  await page.keyboard.press('Escape');

  await setAlert(page, workbench, 'loss', /^It Is above/, '0.0001', /End the Training/);
  await workbench.continueButton.click();
  await expect(workbench.notice('loss is above 0.0001, at step')).toBeVisible();
  await expect(panel.locator('.progress-status')).toContainText(/stopped|ended/i, { timeout: 30_000 });
});
