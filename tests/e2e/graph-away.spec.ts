/** The graph taken away, named by a link, and compared: what is saved is looked into, what is drawn is counted. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright/test';
import type { OpGraph } from '../../src/shared/graph/op-graph.js';
import { expect, test } from './fixtures.js';

const blocks = (page: Page) => page.locator('.graph-group strong');

async function showGraph(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Graph' }).click();
  await expect(blocks(page).first()).toHaveText('batch', { timeout: 60_000 });
}

async function saved(page: Page, item: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await page.getByRole('button', { name: 'Take away' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test('saves the graph as a picture of what is seen, as data, and for TensorBoard', async ({ workbench, page }) => {
  await workbench.openSample(/Iris/);
  await showGraph(page);
  await page.getByRole('button', { name: 'dense_1' }).first().click();
  await expect(page.locator('.graph-item', { hasText: /^Relu$/ })).toBeVisible();
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('kind');

  const svg = await saved(page, 'Save as SVG…');
  expect(svg.name).toBe('iris-experiment-graph.svg');
  const picture = svg.bytes.toString('utf8');
  expect(picture).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  // The open layer's ops, the colours' names, the theme; no place of this machine, nothing that runs or loads.
  for (const part of ['>ApplyAdam<', '>dense_2<', '>matrices, convolutions<', '>iris/experiment.ts<'])
    expect(picture).toContain(part);
  expect(picture).not.toMatch(/var\(|\/home|\/tmp|<script|href=/);

  const png = await saved(page, 'Save as PNG…');
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
  const width = Number(/width="(\d+)"/.exec(picture)![1]);
  expect(png.bytes.readUInt32BE(16)).toBe(2 * width);

  const graph = JSON.parse((await saved(page, 'Save as JSON…')).bytes.toString('utf8')) as OpGraph;
  expect(graph.layers[0]!.layer).toBe('dense_1');
  const pbtxt = await saved(page, 'Save for TensorBoard');
  expect(pbtxt.name).toBe('iris-experiment-graph.pbtxt');
  expect(pbtxt.bytes.toString('utf8').match(/^node \{$/gm)).toHaveLength(graph.nodes.length);
});

test('a link restores the view in another window, and takes nothing that makes no sense', async ({
  workbench,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await workbench.openSample(/Iris/);
  await showGraph(page);
  await page.getByRole('button', { name: 'dense_2' }).first().click();
  await page.locator('.graph-item', { hasText: /^Relu$/ }).click();
  await expect(page.locator('.graph-details h3')).toHaveText('dense_2/Relu');
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('memory');
  await page.getByRole('button', { name: 'Take away' }).click();
  await page.getByRole('menuitem', { name: 'Copy Link to This View' }).click();
  await expect(workbench.notice('in the clipboard')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('#view=graph&folder=');
  expect(link).not.toContain('token');

  const other = await context.newPage();
  await other.goto(link);
  await expect(other.locator('.graph-details h3')).toHaveText('dense_2/Relu', { timeout: 60_000 });
  await expect(other.getByRole('combobox', { name: 'Colour by' })).toHaveValue('memory');
  const head = other.locator('.graph-group').getByRole('button', { name: 'dense_2' });
  await expect(head).toHaveAttribute('aria-expanded', 'true');
  expect(new URL(other.url()).hash).toBe('');
  await other.close();

  // Put into the address of the open window; a folder that is not there, then an experiment that is not there.
  const folder = new URLSearchParams(new URL(link).hash.slice(1)).get('folder')!;
  await page.evaluate((hash) => (location.hash = hash), `view=graph&folder=${folder}&experiment=../../etc/passwd`);
  await expect(workbench.notice('The link’s view is not there.')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+Shift+P');
  await page.keyboard.type('Open Link');
  await page.keyboard.press('Enter');
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Link' });
  await field.fill('nonsense');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('This is no link to a view');
  await field.fill('#view=graph&folder=/no/such/folder&experiment=a.ts');
  await field.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Open Folder' }).click();
  await expect(workbench.notice('The folder was not opened')).toBeVisible();
  await expect(blocks(page).first()).toHaveText('batch');
});

test('compares with another experiment: in step, counted, gone through', async ({ workbench, page, place }) => {
  await workbench.openSample(/Iris/);
  const folder = path.join(place.home, 'Backstep', 'iris');
  const text = readFileSync(path.join(folder, 'experiment.ts'), 'utf8');
  const layer = "        dense({ units: 20, activation: 'relu' }),\n";
  expect(text).toContain(layer);
  writeFileSync(path.join(folder, 'wider.ts'), text.replace(layer, `${layer}        dense({ units: 7 }),\n`));
  await showGraph(page);
  await expect(page.getByRole('treeitem', { name: /wider/ })).toBeVisible();
  await page.getByRole('button', { name: 'Compare with…' }).click();
  await page.getByRole('option', { name: /wider\.ts/ }).click();
  const bar = page.getByRole('toolbar', { name: 'Comparison' });
  await expect(bar).toContainText('experiment.ts → wider.ts', { timeout: 60_000 });
  await expect(bar.getByRole('list', { name: 'What differs' })).toContainText(/\+[1-9]\d* added.*−0 removed/);
  const [before, after] = [page.getByRole('region', { name: /^Before/ }), page.getByRole('region', { name: /^After/ })];
  await expect(after.locator('.graph-group strong', { hasText: 'dense_5' })).toBeVisible();
  await expect(before.locator('.graph-group strong', { hasText: 'dense_5' })).toHaveCount(0);

  // A layer opens on both sides, and both are looked at in the same place.
  const differences = page.getByRole('listbox', { name: 'Differences' });
  await expect(differences).toContainText(/dense_4 was dense_3/);
  await page.keyboard.press('F7');
  await expect(differences.getByRole('option', { selected: true })).toContainText('dense_3');
  await after.getByRole('button', { name: 'dense_4' }).click();
  await expect(before.getByRole('button', { name: 'dense_3' })).toHaveAttribute('aria-expanded', 'true');
  const places = () =>
    page.locator('.react-flow__viewport').evaluateAll((all) => all.map((one) => (one as HTMLElement).style.transform));
  const stood = await places();
  await after.locator('.graph-canvas').hover({ position: { x: 20, y: 60 } });
  await page.mouse.down();
  await page.mouse.move(700, 300, { steps: 4 });
  await page.mouse.up();
  await expect.poll(places).not.toEqual(stood);
  await expect.poll(async () => new Set(await places()).size).toBe(1);

  await bar.getByRole('button', { name: 'Swap before and after' }).click();
  await expect(bar).toContainText('wider.ts → experiment.ts');
  await expect(bar.getByRole('list', { name: 'What differs' })).toContainText(/\+0 added.*−[1-9]/);
  await bar.getByRole('button', { name: 'Close the comparison' }).click();
  await expect(page.getByRole('searchbox', { name: 'Find ops' })).toBeVisible();
  await expect(workbench.editor).toBeVisible();
});

test('compares the text that is edited with the saved one, and follows what is typed', async ({
  workbench,
  page,
  place,
}) => {
  await workbench.openSample(/Iris/);
  await showGraph(page);
  const text = readFileSync(path.join(place.home, 'Backstep', 'iris', 'experiment.ts'), 'utf8');
  await workbench.replaceCode(text.replace('units: 20', 'units: 24'));
  await page.getByRole('button', { name: 'Compare with…' }).click();
  await page.getByRole('option', { name: /The Saved Version/ }).click();
  const differences = page.getByRole('listbox', { name: 'Differences' });
  await expect(differences).toContainText('output 20 → 24', { timeout: 60_000 });
  await page.getByRole('button', { name: /Restore/ }).click();
  await workbench.replaceCode(text.replace('units: 20', 'units: 28'));
  await expect(differences).toContainText('output 20 → 28', { timeout: 60_000 });
});
