/**
 * The whole story once: a sample, its shapes, real images where they are there, a breakpoint, a look,
 * another learning rate, the curves, and a reload in the middle that loses nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, realHands, test } from './fixtures.js';

test('trains the sample, stops, looks, changes the learning rate, goes on, and survives a reload', async ({
  workbench,
  page,
  place,
}) => {
  const hands = await realHands(path.join(place.workspace, 'hands'), 43);

  await test.step('opens the sample and shows its shapes at the lines', async () => {
    await workbench.openSample(/Rock, paper, scissors/);
    await expect(await workbench.scrollTo('conv2d({ filters: 16')).toContainText(/150×150×3\s→\s148×148×16/);
    await expect(await workbench.scrollTo('maxPooling2d({')).toContainText(/74×74×16/);
    const layers = await workbench.show('Layers');
    for (const shape of [
      '148×148×16',
      '74×74×16',
      '72×72×32',
      '36×36×32',
      '34×34×64',
      '17×17×64',
      '15×15×64',
      '7×7×64',
    ]) {
      await expect(layers).toContainText(shape);
    }
  });

  await test.step('uses the images of a folder that the person names', async () => {
    const data = await workbench.show('Data');
    if (hands === undefined) {
      await expect(data).toContainText('Generated');
      return;
    }
    await data.getByRole('button', { name: 'Choose folder…' }).click();
    await workbench.chooseFolder(hands);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(data).toContainText(hands);
  });

  const lossAtStop = await test.step('stops at a breakpoint and looks', async () => {
    await workbench.addBreakpoint('At step', '3');
    await workbench.addBreakpoint('When', 'loss > 1000');
    await workbench.run();
    await workbench.isPaused(/step 3/);
    const debug = workbench.panel('Debug');
    await expect(debug.getByRole('list', { name: 'Breakpoints' })).toContainText('loss > 1000');
    // The batch as pictures with what they are and what they were taken for.
    await expect(debug).toContainText(/32 images · \d+ wrong/);
    await expect(debug.getByRole('list', { name: 'Layers of this step' })).toContainText(/Conv2D/);
    await expect(workbench.variable('gradNorm')).toHaveText(/\d/);
    await expect(workbench.variable('loss')).toHaveText(/^\d+\.\d+$/);
    await expect(workbench.statusBar).toContainText('wasm');
    // 129 images are five batches: these are the folder's.
    if (hands !== undefined) await expect(workbench.statusBar).toContainText('step 3/5');
    return workbench.variable('loss').innerText();
  });

  await test.step('finds the paused session as it was after a reload', async () => {
    await page.reload();
    await workbench.isUsable();
    await workbench.isPaused(/step 3/);
    await expect(workbench.variable('loss')).toHaveText(lossAtStop);
    await expect(workbench.panel('Debug').getByRole('list', { name: 'Layers of this step' })).toContainText(/Conv2D/);
    await workbench.hasExperimentOpen();
    await expect(workbench.chart('loss')).toBeVisible();
  });

  await test.step('changes the learning rate and refuses a wrong one', async () => {
    await workbench
      .panel('Debug')
      .getByRole('button', { name: /^learning rate/ })
      .click();
    const field = workbench.panel('Debug').getByRole('textbox', { name: 'learning rate' });
    await field.fill('-1');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await field.fill('0.0005');
    await field.press('Enter');
    await expect(workbench.variable('learningRate')).toHaveText(/0\.0005|5e-4/);
  });

  await test.step('steps once', async () => {
    await page.keyboard.press('F10');
    await workbench.isPaused(/step 4/);
    await expect(workbench.variable('learningRate')).toHaveText(/0\.0005|5e-4/);
  });

  await test.step('runs to the end of the epoch and has validated there', async () => {
    await page.keyboard.press('Shift+F7');
    await expect(workbench.statusBar).toContainText(/Paused · epoch 1\/15 · step (\d+)\/\1/, { timeout: 90_000 });
    await expect(workbench.chart('accuracy')).toBeVisible();
  });

  await test.step('goes on, and a reload in the running middle finds it running', async () => {
    await workbench.run();
    await expect(workbench.toolbar.getByRole('button', { name: /^Pause/ })).toBeVisible();
    await page.reload();
    await workbench.isUsable();
    await expect(workbench.statusBar).toContainText(/epoch [2-9]/, { timeout: 60_000 });
    await expect(workbench.chart('loss')).toBeVisible();
  });

  await test.step('stops, saved, and the run is among the runs', async () => {
    await workbench.toolbar.getByRole('button', { name: /^Stop and save/ }).click();
    await expect(workbench.statusBar).toContainText(/stopped|saved/i, { timeout: 60_000 });
    const runs = path.join(place.home, 'Backstep/rock-paper-scissors/runs');
    const [run] = readdirSync(runs);
    for (const file of ['run.json', 'weights.safetensors', 'state.safetensors', 'train', 'validation']) {
      expect(existsSync(path.join(runs, run!, file)), file).toBe(true);
    }
    const summary = JSON.parse(readFileSync(path.join(runs, run!, 'run.json'), 'utf8')) as { status: string };
    expect(summary.status).toBe('stopped');
    const list = await workbench.show('Runs');
    await expect(list).toContainText(/Rock, paper, scissors.*\d+ steps/);
  });
});
