/** Models by others in the window: looked at, trained on, compared; a damaged one is told of. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { FS, File, ready } from 'h5wasm';
import type { Page } from 'playwright/test';
import { expect, test } from './fixtures.js';

/** As Keras 3 writes it: two dense layers, compiled. */
async function kerasFile(hidden: number, name = 'hidden'): Promise<Uint8Array> {
  const layer = (class_name: string, config: object) => ({ module: 'keras.layers', class_name, config });
  const config = {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [
        layer('InputLayer', { name: 'in', batch_shape: [null, 4], dtype: 'float32' }),
        layer('Dense', { name, units: hidden, activation: 'relu', use_bias: true }),
        layer('Dense', { name: 'kinds', units: 3, activation: 'softmax', use_bias: true }),
      ],
    },
    compile_config: { optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] },
  };
  await ready;
  const weights = new File('/weights.h5', 'w');
  weights.create_group('layers');
  const shapes = [
    [4, hidden],
    [hidden, 3],
  ] as const;
  shapes.forEach(([rows, columns], at) => {
    const group = `layers/dense${at === 0 ? '' : `_${at}`}`;
    weights.create_group(group);
    const place = weights.create_group(`${group}/vars`);
    const data = Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index + at) / 4);
    place.create_dataset({ name: '0', data, shape: [rows, columns], dtype: '<f' });
    place.create_dataset({ name: '1', data: new Float32Array(columns), shape: [columns], dtype: '<f' });
  });
  weights.close();
  return zipSync(
    {
      'config.json': strToU8(JSON.stringify(config)),
      'metadata.json': strToU8('{"keras_version": "3.15.1"}'),
      'model.weights.h5': FS!.readFile('/weights.h5') as Uint8Array,
    },
    { level: 0 },
  );
}

function table(): string {
  const rows = Array.from({ length: 60 }, (_, row) => [
    row % 3,
    (row * 7) % 5,
    (row % 3) * 2,
    row % 4,
    `kind${row % 3}`,
  ]);
  return ['a,b,c,d,kind', ...rows.map((row) => row.join(','))].join('\n');
}

async function folderWith(place: { readonly home: string }, files: Readonly<Record<string, Uint8Array | string>>) {
  const folder = path.join(place.home, 'models');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}

async function choose(page: Page, file: string, item: string): Promise<void> {
  await page.getByRole('treeitem', { name: file }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: item }).click();
}

test('Train This Model: a .keras of the explorer becomes an experiment that takes its steps', async ({
  workbench,
  page,
  place,
}) => {
  const files = {
    'flowers.keras': await kerasFile(8),
    'flowers.csv': table(),
    'cut.keras': (await kerasFile(8)).subarray(0, 900),
  };
  await workbench.openFolder(await folderWith(place, files));
  // Broken ones say so, and nothing else changes.
  await page.getByRole('treeitem', { name: 'cut.keras' }).dblclick();
  await expect(workbench.notice('cut.keras could not be opened')).toBeVisible({ timeout: 60_000 });

  await page.getByRole('treeitem', { name: 'flowers.keras' }).dblclick();
  const note = page.getByRole('note', { name: 'Model file' });
  await expect(note).toContainText('Keras 3', { timeout: 60_000 });
  await note.getByRole('button', { name: 'Train This Model…' }).click();
  await workbench.hasExperimentOpen('flowers.experiment.ts');
  await expect(workbench.editor).toContainText('models.load');
  await workbench.addBreakpoint('At step', '2');
  await workbench.run();
  await workbench.isPaused(/step 2/);
});

test('two models are compared from the explorer, and a link restores the comparison', async ({
  workbench,
  page,
  place,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const files = { 'narrow.keras': await kerasFile(8), 'wide.keras': await kerasFile(12, 'wider') };
  await workbench.openFolder(await folderWith(place, files));
  await choose(page, 'narrow.keras', 'Compare Graph with…');
  await page.getByRole('option', { name: /wide\.keras/ }).click();
  const bar = page.getByRole('toolbar', { name: 'Comparison' });
  await expect(bar).toContainText('narrow.keras → wide.keras', { timeout: 60_000 });
  const differences = page.getByRole('listbox', { name: 'Differences' });
  await expect(differences).toContainText(/wider was hidden/);
  await expect(differences).toContainText('8 → 12');
  await page.keyboard.press('F7');
  await expect(differences.getByRole('option', { selected: true })).toContainText('wider');
  await bar.getByRole('button', { name: 'Copy a link to this comparison' }).click();
  await expect(workbench.notice('in the clipboard')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('#view=comparison&folder=');
  expect(link).not.toContain('token');

  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole('toolbar', { name: 'Comparison' })).toContainText('narrow.keras → wide.keras', {
    timeout: 60_000,
  });
  const again = other.getByRole('listbox', { name: 'Differences' });
  await expect(again.getByRole('option', { selected: true })).toContainText('wider');
  await other.close();

  const folder = new URLSearchParams(new URL(link).hash.slice(1)).get('folder')!;
  await page.evaluate(
    (hash) => (location.hash = hash),
    `view=comparison&folder=${folder}&before=model:../x.keras&after=run:1`,
  );
  await expect(workbench.notice('The link’s comparison is not there.')).toBeVisible();
});
