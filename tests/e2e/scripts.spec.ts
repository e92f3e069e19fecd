/** Plain TensorFlow.js scripts as a person runs them: stopped in, looked at, gone on with, and what is said of those that do not train. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.js';
import type { Workbench } from './workbench.js';

/** Its own descent, whose first four steps are quick; what follows takes as long as is wished. */
const descent = `const tf = require('@tensorflow/tfjs-node');

const xs = tf.linspace(-1, 1, 32);
const ys = xs.mul(3).add(1);
const w = tf.variable(tf.scalar(0), true, 'slope');
const b = tf.variable(tf.scalar(0), true, 'offset');

function loss() {
  const predicted = xs.mul(w).add(b);
  return predicted.sub(ys).square().mean();
}

async function main() {
  for (let round = 0; round < 60; round++) {
    const { grads } = tf.variableGrads(loss, [w, b]);
    const rate = 0.1;
    w.assign(w.sub(grads.slope.mul(rate)));
    b.assign(b.sub(grads.offset.mul(rate)));
    await tf.nextFrame();
  }
  console.log('slope ' + w.dataSync()[0].toFixed(1));
}

main();
`;

const lineOf = (text: string): number => descent.split('\n').findIndex((line) => line.includes(text)) + 1;

async function open(workbench: Workbench, folder: string, name: string, text: string): Promise<void> {
  await writeFile(path.join(folder, name), text);
  await workbench.openFolder(folder);
  await workbench.hasExperimentOpen(name);
}

test('a loop of its own is run, stopped in, looked at, stepped and drawn to its end', async ({
  workbench,
  page,
  place,
}) => {
  await open(workbench, place.workspace, 'descent.cjs', descent);
  await page.setViewportSize({ width: 1440, height: 1000 });
  const debug = await workbench.show('Debug');
  const variables = debug.getByRole('tree', { name: 'Variables' });
  const assigns = lineOf('w.assign');

  await test.step('a line of it', async () => {
    await workbench.clickGutter(assigns);
    await expect(debug.getByRole('list', { name: 'Breakpoints' })).toContainText(`descent.cjs:${assigns}`);
    await workbench.run();
    await workbench.isPaused(`descent.cjs:${assigns}`);
    await expect(page.locator('.execution-line')).toBeVisible();
    await expect(debug.getByRole('list', { name: 'Call stack' })).toContainText('main');
    await expect(variables).toContainText('rate0.1');
  });

  await test.step('its variables among the training’s', async () => {
    const weights = variables.getByRole('treeitem', { name: /^Weights/ });
    await weights.click();
    await page.keyboard.press('ArrowRight');
    await expect(variables).toContainText('gradient of slope');
    await expect(variables).toContainText('offset');
  });

  await test.step('the next line, then on without the breakpoint', async () => {
    await page.keyboard.press('F10');
    await workbench.isPaused(`descent.cjs:${assigns + 1}`);
    await workbench.clickGutter(assigns);
    await expect(debug.getByRole('list', { name: 'Breakpoints' })).not.toContainText('descent.cjs');
    await page.keyboard.press('F5');
  });

  await test.step('to its end, with what it says and its curve', async () => {
    await expect((await workbench.show('Console')).getByText('slope 3.0')).toBeVisible({ timeout: 60_000 });
    await workbench.show('Dashboards');
    await expect(workbench.chart('loss')).toBeVisible();
    await expect(workbench.continueButton).toBeHidden();
  });
});

test('a script that throws, one that only prints, and one that ends at once are told for what they are', async ({
  workbench,
  page,
  place,
}) => {
  const imports = "import * as tf from '@tensorflow/tfjs';\n";
  await open(
    workbench,
    place.workspace,
    'script.ts',
    `${imports}const w = tf.variable(tf.scalar(0));
tf.train.sgd(0.1).minimize(() => w.sub(1).square() as tf.Scalar);
throw new Error('the data is not there');
`,
  );
  const problems = page.getByRole('tabpanel', { name: 'Problems' });

  await test.step('throws', async () => {
    await workbench.run();
    await expect(workbench.notice('the data is not there')).toBeVisible({ timeout: 60_000 });
    await workbench.show('Problems');
    await expect(problems).toContainText('the data is not there');
    await expect(problems).toContainText('4');
  });

  await test.step('never trains, but prints', async () => {
    await workbench.replaceCode(
      `${imports}const optimizer = tf.train.sgd(0.1);\nconsole.log('only looking', tf.ones([2]).sum().dataSync()[0]);\nexport const train = () => optimizer.minimize(() => tf.scalar(0));\n`,
    );
    await page.keyboard.press('ControlOrMeta+S');
    await workbench.run();
    await expect(workbench.notice('ended without training')).toBeVisible({ timeout: 60_000 });
    await expect((await workbench.show('Console')).getByText('only looking 2')).toBeVisible();
  });
});
