/** Native TensorFlow from the window: plan, obstacles, progress, failure, success, removal; with an installer that fetches nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright/test';
import { expect, test as base, type Place } from './fixtures.js';
import { ServerUnderTest } from './server-under-test.js';

const test = base.extend({
  server: async ({ place }, use) => {
    const server = await ServerUnderTest.start({
      home: place.home,
      environment: {
        BACKSTEP_INSTALLER: path.join(import.meta.dirname, 'scripted-installer.mjs'),
        BACKSTEP_ENGINE: 'none',
      },
    });
    await use(server);
    await server.stop();
  },
});

function scenario(place: Place, how: object): void {
  const home = path.join(place.home, '.backstep');
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'engine-scenario.json'), JSON.stringify(how));
}

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Native TensorFlow' });

async function open(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Set up native TensorFlow…' }).click();
  const dialog = dialogOf(page);
  await expect(dialog).toBeVisible();
  return dialog;
}

test('is set up with one click: what it costs, how far it is, over a reload, and what is there then', async ({
  workbench,
  page,
  place,
}) => {
  scenario(place, { paceMs: 500 });
  const dialog = await open(page);
  for (const fact of ['TensorFlow 2.21.0', 'no NVIDIA driver is present', '262 MB', '1.4 GB', 'built here']) {
    await expect(dialog).toContainText(fact);
  }
  await dialog.getByRole('button', { name: 'Set Up', exact: true }).click();
  await expect(dialog.getByRole('progressbar', { name: 'Download' })).toBeVisible();
  await expect(dialog).toContainText(/\d+ MB of 262 MB · \d+ s left/);

  // Hidden, it goes on, and the status bar says how far it is; so it does after a reload.
  await dialog.getByRole('button', { name: 'Hide' }).click();
  await expect(workbench.statusBar).toContainText('Setting up TensorFlow');
  await page.reload();
  await workbench.isUsable();
  await expect(workbench.statusBar).toContainText('Setting up TensorFlow');
  await expect(workbench.notices).toContainText('Native TensorFlow 2.21.0 is set up. The next run uses it.');
  await expect(workbench.statusBar).not.toContainText('Setting up');

  await page.getByRole('button', { name: 'About native TensorFlow…' }).click();
  await expect(dialogOf(page)).toContainText('The next run uses it.');
  await expect(dialogOf(page)).toContainText('412 MB');
  await dialogOf(page).getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Set up native TensorFlow…' })).toBeVisible();
});

test('what stands in the way is said with what would help, and nothing is offered until it is gone', async ({
  page,
  place,
  workbench,
}) => {
  scenario(place, {
    noPlan: true,
    obstacles: [
      { kind: 'compiler', message: 'There is no C++ compiler here.', hint: 'Install one: `apt install g++`.' },
      { kind: 'disk', message: '1.4 GB of free space are needed; 0.2 GB are there.' },
    ],
  });
  await workbench.isUsable();
  const dialog = await open(page);
  await expect(dialog.getByRole('list', { name: 'In the way' })).toContainText('There is no C++ compiler here.');
  await expect(dialog).toContainText('apt install g++');
  await expect(dialog).toContainText('0.2 GB are there');
  await expect(dialog.getByRole('button', { name: 'Set Up', exact: true })).toHaveCount(0);
  scenario(place, {});
  await dialog.getByRole('button', { name: 'Look Again' }).click();
  await expect(dialog.getByRole('button', { name: 'Set Up', exact: true })).toBeEnabled();
});

test('a failure shows its log and can be tried again; a cancelled one is as if nothing had been', async ({
  page,
  place,
  workbench,
}) => {
  scenario(place, {
    paceMs: 20,
    failure: {
      message: 'The addon could not be built.',
      hint: 'Its log says what is missing.',
      log: 'tfjs_backend.cc:12:10: fatal error: napi.h: No such file or directory',
    },
  });
  await workbench.isUsable();
  const dialog = await open(page);
  // By keys alone: the first choice has the focus.
  await expect(dialog.getByRole('button', { name: 'Set Up', exact: true })).toBeEnabled();
  await dialog.getByRole('button', { name: 'Set Up', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('The addon could not be built.');
  await expect(dialog).toContainText('fatal error: napi.h');
  await expect(dialog.getByRole('button', { name: /Copy all of this/ })).toBeVisible();

  scenario(place, { paceMs: 2000 });
  await dialog.getByRole('button', { name: 'Try Again' }).click();
  await expect(dialog.getByRole('progressbar')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel Setting Up' }).click();
  await expect(dialog.getByRole('button', { name: 'Set Up', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});
