/**
 * The debugger as a person of VS Code meets it: breakpoints in the gutter, the lit line, variables, watches,
 * the console on the stopped frame, steps by lines and by ops.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { expect, test } from './fixtures.js';
import type { Workbench } from './workbench.js';

/** With a name that is not ASCII: it is a name to editor, pointer and console as any other. */
const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const rows = Array.from({ length: 320 }, (_, row) => [row % 3, Math.sin(row), 1]);

export default defineExperiment({
  seed: 7,
  epochs: 500,
  loss: 'meanSquaredError',
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map(([kind]) => [kind!])), batchSize: 32 }),
  model: () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 1 })] }),
  optimizer: () => tf.train.sgd(0.01),
  trainStep: ({ model, optimizer, batch }) => {
    let scale = 0.5;

    // Nothing can stop here.
    return optimizer.minimize(() => {
      const geschätzt = model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor;
      const difference = geschätzt.sub(batch.ys as tf.Tensor);
      return difference.square().mean().mul(scale) as tf.Scalar;
    }, true)!;
  },
});
`;

const lineOf = (text: string) => experiment.split('\n').findIndex((line) => line.includes(text)) + 1;

/** Of a line that is in sight: the middle of this word. */
async function pointAt(page: Page, line: string, word: string): Promise<void> {
  const place = await page
    .locator('.view-line')
    .filter({ hasText: line })
    .evaluate((element, wanted) => {
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const at = text.textContent!.indexOf(wanted);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + wanted.length);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }
      throw new Error(`no ${wanted} here`);
    }, word);
  await page.mouse.move(place.x, place.y, { steps: 3 });
}

async function openExperiment(workbench: Workbench, folder: string): Promise<Locator> {
  await writeFile(path.join(folder, 'experiment.ts'), experiment);
  await workbench.openFolder(folder);
  await workbench.hasExperimentOpen();
  // All of it is in sight, once the bottom of the window is folded away.
  await workbench.page.setViewportSize({ width: 1440, height: 1000 });
  await workbench.editor.click();
  await workbench.page.keyboard.press('ControlOrMeta+End');
  return workbench.show('Debug');
}

test('stops on a line, looks, evaluates, steps and goes on', async ({ workbench, page, place }) => {
  const debug = await openExperiment(workbench, place.workspace);
  const breakpoints = debug.getByRole('list', { name: 'Breakpoints' });
  const variables = debug.getByRole('tree', { name: 'Variables' });
  const first = lineOf('const geschätzt');

  await test.step('a breakpoint on a line without code goes to the next one', async () => {
    await workbench.clickGutter(lineOf('// Nothing can stop'));
    await expect(breakpoints).toContainText(`experiment.ts:${lineOf('// Nothing can stop')}`);
    await workbench.run();
    await workbench.isPaused(`experiment.ts:${lineOf('return optimizer')}`);
    await expect(breakpoints).toContainText(`experiment.ts:${lineOf('return optimizer')}`);
    await expect(page.locator('.execution-line')).toBeVisible();
    await expect(debug.getByRole('list', { name: 'Call stack' })).toContainText(/epoch 1 › step 1/);
    await expect(variables).toContainText('scale0.5');
    await workbench.clickGutter(lineOf('return optimizer'));
    await expect(breakpoints).not.toContainText('experiment.ts');
  });

  await test.step('by lines, with the values of the line', async () => {
    await workbench.clickGutter(first);
    await page.keyboard.press('F5');
    // Its line is in the list of breakpoints before training stands there.
    await workbench.isPaused(`experiment.ts:${first}`);
    await page.keyboard.press('F10');
    await expect(debug).toContainText(`experiment.ts:${first + 1}`);
    await expect(variables).toContainText(/geschätzt\s*32×1\s+float32\s+mean/);
    const row = variables.getByRole('treeitem').filter({ hasText: /^geschätzt/ });
    await row.click();
    await expect(variables).toContainText('statistics');
  });

  await test.step('the console evaluates there, completes, and its results open', async () => {
    await workbench.show('Console');
    const prompt = page.getByRole('combobox', { name: 'Evaluate an expression' });
    await prompt.pressSequentially('geschätzt.sha');
    await expect(page.getByRole('listbox', { name: 'Completions' })).toContainText('shape');
    await prompt.press('Tab');
    await expect(prompt).toHaveValue('geschätzt.shape');
    await prompt.press('Enter');
    const output = workbench.panel('Console');
    await expect(output.getByRole('tree', { name: /^Result/ })).toContainText('[ 32, 1 ]');
    await output
      .getByRole('tree', { name: /^Result/ })
      .getByRole('treeitem')
      .click();
    await expect(output.getByRole('tree', { name: /^Result/ })).toContainText('032');
    await prompt.press('ArrowUp');
    await expect(prompt).toHaveValue('geschätzt.shape');
    await prompt.fill('scale * 4');
    await prompt.press('Enter');
    await expect(output).toContainText('2');
  });

  await test.step('a tensor that the console gives, or that is pointed at, opens in the viewer', async () => {
    const prompt = page.getByRole('combobox', { name: 'Evaluate an expression' });
    await prompt.fill('geschätzt.mul(2)');
    await prompt.press('Enter');
    await workbench.panel('Console').getByRole('button', { name: 'View the result' }).click();
    const viewer = page.locator('[data-panel="tensor"]');
    await expect(viewer).toContainText('geschätzt.mul(2)');
    await expect(viewer).toContainText('32×1');
    await pointAt(page, 'difference = geschätzt', 'geschätzt');
    await page.getByRole('link', { name: 'View tensor' }).click();
    await expect(viewer.getByText('geschätzt', { exact: true })).toBeVisible();
    await page.mouse.move(4, 4);
    await expect(page.getByRole('link', { name: 'View tensor' })).toBeHidden();
  });

  await test.step('a watch is read at every stop, a value can be changed', async () => {
    await debug.getByRole('button', { name: 'Add expression' }).click();
    await page.keyboard.type('scale + 1');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    const watches = debug.getByRole('tree', { name: 'Watched expressions' });
    await expect(watches).toContainText('scale + 11.5');
    await variables
      .getByRole('treeitem')
      .filter({ hasText: /^geschätzt/ })
      .click();
    const scale = variables.getByRole('treeitem').filter({ hasText: /^scale/ });
    await scale.click();
    await page.keyboard.press('F2');
    await page.keyboard.type('0.25');
    await page.keyboard.press('Enter');
    await expect(scale).toContainText('0.25');
    await expect(watches).toContainText('scale + 11.25');
  });

  await test.step('by ops, then by a whole training step', async () => {
    await page.getByRole('combobox', { name: 'How far a step goes' }).selectOption('op');
    await page.keyboard.press('F10');
    await expect(debug).toContainText(/Paused before \w+ .*\((?:forward|loss|gradient)\)/);
    await page.getByRole('combobox', { name: 'How far a step goes' }).selectOption('auto');
    await page.keyboard.press('F7');
    await expect(debug).toContainText(/Paused after one step/i);
    await expect(page.locator('.execution-line')).toHaveCount(0);
    await workbench.clickGutter(first);
    await page.keyboard.press('F5');
    await expect(workbench.toolbar.getByRole('button', { name: /^Pause/ })).toBeVisible();
  });
});

test('conditions, logpoints and following the text are kept with the folder', async ({ workbench, page, place }) => {
  const debug = await openExperiment(workbench, place.workspace);
  const breakpoints = debug.getByRole('list', { name: 'Breakpoints' });
  const logged = lineOf('return difference');
  await workbench.clickGutter(logged, { button: 'right' });
  await page.getByRole('menuitem', { name: 'Add Logpoint…' }).click();
  await page.getByRole('combobox', { name: 'Log Message' }).fill('at step {step} of {batch.xs.shape[0]} rows');
  await page.keyboard.press('Enter');
  await workbench.clickGutter(lineOf('const geschätzt'), { button: 'right' });
  await page.getByRole('menuitem', { name: 'Add Conditional Breakpoint…' }).click();
  await page.getByRole('combobox', { name: 'Expression' }).fill('step === 5');
  await page.keyboard.press('Enter');
  await expect(breakpoints).toContainText('step === 5');

  await workbench.run();
  await workbench.isPaused(/step 5/);
  const output = await workbench.show('Console');
  await expect(output).toContainText('at step 4 of 32 rows');
  await expect(output).not.toContainText('at step 5 of');
  await page.keyboard.press('Shift+F5');
  await expect(workbench.statusBar).toContainText('Stopped');

  // A line more above them moves both, and F9 in a line clears what is there.
  await page.keyboard.press('ControlOrMeta+1');
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('Enter');
  await expect(breakpoints).toContainText(`experiment.ts:${logged + 1}`);
  await page.keyboard.press('ControlOrMeta+S');
  await page.reload();
  await workbench.isUsable();
  await expect(breakpoints).toContainText(`experiment.ts:${logged + 1}at step {step}`);
  await debug.getByRole('button', { name: new RegExp(`^experiment.ts:${logged + 1}\\s*at step`) }).click();
  await page.keyboard.press('F9');
  await expect(breakpoints).not.toContainText(`experiment.ts:${logged + 1}`);
  await expect(breakpoints).toContainText('step === 5');
});
