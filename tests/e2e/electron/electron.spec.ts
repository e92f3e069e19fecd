/**
 * The Electron shell: window, menu, server, trainer, dialogs, and what the page must not be able to do.
 * Runs in the Electron of the product where its binary is there, and in an old one with the tests' own build.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright/test';
import { findElectron, noWindowReason } from '../../../scripts/electron-binary.mjs';
import { buildCompat } from '../electron-compat/build.mjs';
import { shimPlaywright } from '../electron-compat/playwright-shims.js';
import { expect, test as base, type Place } from '../fixtures.js';
import { repository } from '../server-under-test.js';
import { Workbench } from '../workbench.js';

interface Shell {
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly workbench: Workbench;
}

// The product's own where it is there; an old one, named for the tests, otherwise.
const current = await findElectron();
const old = current.file ? undefined : process.env['BACKSTEP_ELECTRON9'];
const noBinary = old ? undefined : current.reason;

const test = base.extend<{ readonly shell: Shell }>({
  shell: async ({ place }, use) => {
    const app = await launch(place);
    const window = await firstWindow(app);
    const workbench = new Workbench(window);
    await use({ app, window, workbench });
    await app.close();
  },
});

test.skip(noBinary !== undefined, `Electron is not tested: ${noBinary ?? ''}`);
test.skip(noWindowReason() !== undefined, `Electron is not tested: ${noWindowReason() ?? ''}`);
test.setTimeout(240_000);

async function launch(place: Place, words: readonly string[] = []): Promise<ElectronApplication> {
  const folder = old ? await buildCompat() : repository;
  return _electron.launch({
    executablePath: old ?? current.file,
    args: [...(process.getuid?.() === 0 || old ? ['--no-sandbox'] : []), '--disable-gpu', folder, ...words],
    env: {
      ...process.env,
      HOME: place.home,
      BACKSTEP_HOME: path.join(place.home, '.backstep'),
      BACKSTEP_NODE: process.execPath,
    } as Record<string, string>,
  });
}

async function firstWindow(app: ElectronApplication): Promise<Page> {
  const window = await app.firstWindow();
  await window.waitForURL(/^http:/);
  if (old) await shimPlaywright(window);
  await new Workbench(window).isUsable();
  return window;
}

test('opens a window with title, menu and a page that is shut in', async ({ shell }) => {
  const { app, window } = shell;
  await expect(window).toHaveTitle(/Backstep/);
  const menu = await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map((item) => item.label));
  expect(menu).toEqual(expect.arrayContaining(['File', 'Edit', 'Run', 'View', 'Help']));

  const page = await window.evaluate(() => ({
    node: typeof (globalThis as { process?: unknown }).process + typeof (globalThis as { require?: unknown }).require,
    bridge: Object.keys((globalThis as { backstepShell?: object }).backstepShell ?? {}).sort(),
    origin: location.origin,
  }));
  expect(page.node).toBe('undefinedundefined');
  expect(page.bridge).toEqual(['notify', 'onCommand', 'openExternal', 'openFolder', 'saveFile']);
  expect(page.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

  // Elsewhere is refused: to the person's browser, never into this window.
  await app.evaluate(({ shell: system }) => {
    (globalThis as { opened?: string[] }).opened = [];
    system.openExternal = (address: string) => {
      (globalThis as { opened?: string[] }).opened?.push(address);
      return Promise.resolve();
    };
  });
  await window.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.org/one';
    link.target = '_blank';
    link.rel = 'noopener';
    document.body.append(link);
    link.click();
    link.remove();
  });
  await window.evaluate(() => void (location.href = 'https://example.org/two')).catch(() => undefined);
  await expect
    .poll(() => app.evaluate(() => (globalThis as { opened?: string[] }).opened))
    .toEqual(['https://example.org/one', 'https://example.org/two']);
  expect(app.windows()).toHaveLength(1);
  expect(new URL(window.url()).origin).toBe(page.origin);
});

test('starts server and trainer: a sample opens, trains, stops at a breakpoint', async ({ shell }) => {
  const { workbench } = shell;
  await workbench.openSample(/Iris/);
  await expect(await workbench.scrollTo('dense({ units: 10')).toContainText(/4\s→\s10/);
  await workbench.addBreakpoint('At step', '5');
  await workbench.run();
  await workbench.isPaused(/step 5/);
  await expect(workbench.variable('loss')).toHaveText(/\d/);
  await expect(workbench.chart('loss')).toBeVisible();
});

test('the menu runs the window’s commands, and the system’s dialog opens a folder', async ({ shell, place }) => {
  const { app, window } = shell;
  await app.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
  }, place.workspace);
  await choose(app, 'workspace.openFolder');
  await window.getByRole('dialog', { name: /trust/ }).getByRole('button', { name: 'Trust Folder' }).click();
  await expect(shell.workbench.statusBar).not.toContainText('No folder open');

  await choose(app, 'view.palette');
  await expect(window.getByRole('dialog')).toBeVisible();
});

test('keeps its place, and opens the folder that it is started with', async ({ place }) => {
  const first = await launch(place, [place.workspace]);
  const window = await firstWindow(first);
  await expect(window.getByText(path.basename(place.workspace)).first()).toBeVisible();
  await first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(1100, 700));
  await expect
    .poll(() => first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize()))
    .toEqual([1100, 700]);
  await first.close();
  const saved = JSON.parse(readFileSync(path.join(place.home, '.backstep/window.json'), 'utf8')) as { width: number };
  expect(saved.width).toBe(1100);
  const second = await launch(place);
  await second.firstWindow();
  expect(await second.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize()[0])).toBe(1100);
  await second.close();
});

test('a server that ends is told, and the next one serves the same window', async ({ shell }) => {
  const { app, window, workbench } = shell;
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = ((options: { message: string }) => {
      (globalThis as { asked?: string }).asked = options.message;
      return Promise.resolve({ response: 0, checkboxChecked: false });
    }) as never;
  });
  await workbench.openSample(/Iris/);
  const address = window.url();
  const [pid] = execFileSync('pgrep', ['-P', String(app.process().pid), '-f', 'dist/server/main.js'])
    .toString()
    .split('\n');
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(() => app.evaluate(() => (globalThis as { asked?: string }).asked)).toMatch(/ended unexpectedly/);
  await expect(workbench.editorLine('defineExperiment').first()).toBeVisible();
  await expect(window.getByText('Backstep’s server does not answer.')).toBeHidden({ timeout: 30_000 });
  expect(window.url()).toBe(address);
  await (await workbench.show('Runs')).isVisible();
});

/** Clicks an item of the native menu by the command that it stands for. */
async function choose(app: ElectronApplication, command: string): Promise<void> {
  await app.evaluate(({ Menu }, id) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(id);
    if (!item) throw new Error(`the menu has no ${id}`);
    item.click();
  }, command);
}
