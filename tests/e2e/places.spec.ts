/**
 * Breakpoints where people point: at layers from their table, at ops from the graph, on values by the form,
 * messages in place of stops; and the library's own source, stepped into.
 */
import type { Locator } from 'playwright/test';
import { expect, test } from './fixtures.js';
import type { Workbench } from './workbench.js';

async function openIris(workbench: Workbench): Promise<Locator> {
  await workbench.openSample(/Iris/);
  await expect(workbench.editorLine('→ 20')).toBeVisible({ timeout: 60_000 });
  return workbench.panel('Debug');
}

test('stops at a layer from its table and at an op from the graph, which lights them', async ({ workbench, page }) => {
  const debug = await openIris(workbench);
  const list = debug.getByRole('list', { name: 'Breakpoints' });
  const headline = debug.locator('.debug-headline');

  await test.step('a layer, by keys alone', async () => {
    const layers = await workbench.show('Layers');
    await layers.getByRole('grid', { name: 'Layers' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('F9');
    await expect(layers.getByRole('button', { name: 'Breakpoint at dense_2' })).toBeVisible();
    await page.keyboard.press('F5');
    await workbench.isPaused();
    // Where training stands is seen in the table, too.
    await expect(layers.locator('tr[data-standing]')).toContainText('dense_2');
    await workbench.show('Debug');
    await expect(headline).toContainText('Paused before dense_2 (forward)');
    await expect(headline).toContainText('epoch 1 › step 1 › forward › dense_2');
    await expect(workbench.statusBar).toContainText('step 1/8, forward');
    await expect(list).toContainText('before dense_2');
    await expect(page.locator('.execution-line')).toBeVisible();
    // The file that training stands in comes to the front again.
    await page.reload();
    await workbench.isUsable();
    await workbench.isPaused('Paused before dense_2 (forward)');
    await expect(page.locator('.execution-line')).toBeVisible();
  });

  await test.step('into its first op, lit in the graph', async () => {
    await page.keyboard.press('F11');
    await expect(headline).toContainText(/Paused before \w+ in dense_2 \(forward\)/);
    await page.keyboard.press('ControlOrMeta+Shift+G');
    await expect(page.locator('.graph-item[data-progress="here"]')).toBeVisible({ timeout: 60_000 });
    await expect(page.locator('.graph-item[data-progress="done"]').first()).toBeVisible();
    await expect(page.locator('.graph-group[data-standing]')).toContainText('dense_2');
  });

  await test.step('an op, by its dot', async () => {
    const relu = page.locator('.graph-item').filter({ hasText: /^Relu$/ });
    await expect(relu).toHaveCount(1);
    await relu.hover();
    await relu.getByRole('button', { name: /^Break before dense_2\/Relu/ }).click();
    await expect(relu.getByRole('button', { name: /^Breakpoint at/ })).toHaveAttribute('data-state', 'on');
    await page.keyboard.press('F5');
    await expect(relu).toHaveAttribute('data-progress', 'here');
    await workbench.show('Debug');
    await expect(headline).toContainText('Paused before Relu in dense_2 (forward)');
    await expect(list).toContainText('Relu #1 in dense_2 (forward)');
    // The next stop of the two is at the layer, in the step after.
    await page.keyboard.press('F5');
    await expect(headline).toContainText('step 2 › forward › dense_2');
    await expect(headline).toContainText('Paused before dense_2 (forward)');
  });

  await test.step('nothing stops where everything is removed', async () => {
    await debug.getByRole('button', { name: 'Remove all breakpoints' }).click();
    await expect(list).not.toContainText('dense_2');
    await page.keyboard.press('F5');
    await expect(workbench.statusBar).toContainText(/Running|Done/);
  });
});

test('the form sets breakpoints on values and messages, and says what is wrong with them', async ({
  workbench,
  page,
}) => {
  const debug = await openIris(workbench);
  const list = debug.getByRole('list', { name: 'Breakpoints' });
  const form = debug.getByRole('form', { name: 'New breakpoint' });

  await test.step('a message at a layer, with what is in reach completed', async () => {
    await debug.getByRole('button', { name: 'New breakpoint…' }).click();
    await page.getByRole('menuitem', { name: 'Layer…' }).click();
    await page.keyboard.type('dense_3');
    await form.getByRole('combobox', { name: 'Stop' }).selectOption('after it ran');
    await form.getByRole('button', { name: /Condition, hit count/ }).click();
    await form.getByLabel('Print instead').fill('zeros {zer');
    await form.getByLabel('Print instead').press('End');
    await page.keyboard.type('o');
    await expect(page.getByRole('listbox', { name: 'Completions' })).toContainText('zeros');
    await page.keyboard.press('Tab');
    await page.keyboard.type('(nothing)} here');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(form.getByRole('alert')).toContainText(/nothing/);
    await form.getByLabel('Print instead').fill('zeros {zeros(output)} here');
    await form.getByLabel('Hit count').fill('<= 3');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(list).toContainText('after dense_3');
    await expect(list.locator('[data-sign="log"]')).toHaveCount(1);
  });

  await test.step('a metric that crosses a number', async () => {
    await debug.getByRole('button', { name: 'Add breakpoint' }).click();
    await debug.getByRole('combobox', { name: 'Kind of breakpoint' }).selectOption('When a value…');
    await form.getByLabel('Value').selectOption('Metric');
    await form.getByLabel('Metric', { exact: true }).fill('loss');
    await form.getByLabel('Stop when it').selectOption('crosses a number');
    await form.getByLabel('Crosses').fill('0.9');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(list).toContainText(/loss .*crosses 0.9/);
  });

  await test.step('stops at the value, having printed', async () => {
    await workbench.run();
    // In the first step the loss is above it, later it goes below.
    await workbench.isPaused(/crosses 0.9/);
    await expect(debug.locator('.debug-headline')).toContainText('step 1');
    const printed = (await workbench.show('Console')).getByText(/^zeros [01](\.\d+)? here$/);
    await expect(printed).toHaveCount(1);
    await page.keyboard.press('F5');
    await expect(debug.locator('.debug-headline')).not.toContainText('step 1 ');
    await workbench.isPaused(/crosses 0.9/);
    await expect(printed).toHaveCount(3);
  });
});

test('with “my code” off, a step into an op leads to TensorFlow.js’s own source', async ({ workbench, page }) => {
  const debug = await openIris(workbench);
  const headline = debug.locator('.debug-headline');
  await workbench.addBreakpoint('At step', '1');
  await workbench.run();
  await workbench.isPaused();
  await page.keyboard.press('F11');
  await expect(headline).toContainText('Paused before dense_1 (forward)');
  await page.keyboard.press('F11');
  await expect(headline).toContainText(/Paused before \w+ in dense_1/);
  await expect(debug.getByRole('list', { name: 'Call stack' })).not.toContainText('.ts:');
  await debug.getByRole('button', { name: 'Just my code' }).click();
  await expect(debug.getByRole('list', { name: 'Call stack' })).toContainText(/\w+\.ts:\d+/);
  await page.keyboard.press('F11');
  await expect(headline).toContainText('Paused on a line');
  // The library's text opens beside the experiment, to look at.
  const tab = page.getByRole('tab', { selected: true }).filter({ hasText: /\.ts/ });
  await expect(tab).not.toContainText('experiment.ts');
  await expect(workbench.panel('Editor')).toContainText('TensorFlow.js’s own source');
  await expect(page.locator('.execution-line')).toBeVisible();
  // Above the frames stands the place in training, which a line more does not change.
  const frames = debug.getByRole('list', { name: 'Call stack' }).getByRole('listitem');
  const frame = frames.filter({ hasText: /\.ts:\d+/ }).first();
  const before = await frame.innerText();
  await page.keyboard.press('F10');
  await expect(frame).not.toHaveText(before);
  await expect(headline).toContainText('Paused on a line');
  await test.step('a line of it takes a breakpoint, beside its number', async () => {
    await expect(page.locator('.execution-line').first()).toBeVisible();
    await workbench.clickGutterBeside(page.locator('.execution-line').first());
    const breakpoints = debug.getByRole('list', { name: 'Breakpoints' });
    await expect(breakpoints.getByRole('listitem').filter({ hasText: /\w+\.ts:\d+/ })).toHaveCount(1);
    // The next one to come by is another call, of this step or the one after it.
    await page.keyboard.press('F5');
    await workbench.isPaused(/\w+\.ts:\d+/);
    await expect(page.locator('.execution-line')).toBeVisible();
    await expect(page.getByRole('tab', { selected: true }).filter({ hasText: /\.ts/ })).not.toContainText(
      'experiment.ts',
    );
    await workbench.clickGutterBeside(page.locator('.execution-line').first());
    await expect(breakpoints.getByRole('listitem').filter({ hasText: /\w+\.ts:\d+/ })).toHaveCount(0);
  });
  await debug.getByRole('button', { name: 'Just my code' }).click();
  await page.keyboard.press('F7');
  await expect(headline).toContainText('Paused after one step');
});
