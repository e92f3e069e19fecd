/** The window as a person meets it: parts by their roles and names. Knows no class names but Monaco's own. */
import { expect, type Locator, type Page } from 'playwright/test';

export type PanelName = 'Explorer' | 'Runs' | 'Data' | 'Debug' | 'Layers' | 'Dashboards' | 'Console' | 'Problems';

export class Workbench {
  readonly toolbar: Locator;
  readonly statusBar: Locator;
  readonly notices: Locator;
  readonly editor: Locator;

  constructor(readonly page: Page) {
    this.toolbar = page.getByRole('toolbar', { name: 'Training' });
    this.statusBar = page.getByRole('contentinfo', { name: 'Status bar' });
    this.notices = page.getByRole('region', { name: 'Notices' });
    this.editor = page.locator('.monaco-editor').first();
  }

  /** The page with the token, until the window can be used. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.isUsable();
  }

  async isUsable(): Promise<void> {
    await expect(this.page.getByRole('menubar', { name: 'Main menu' })).toBeVisible();
    await expect(this.statusBar).toBeVisible();
  }

  /** From the welcome view. */
  async openSample(title: string | RegExp): Promise<void> {
    await this.page.getByRole('region', { name: 'Start with a sample' }).getByRole('button', { name: title }).click();
    await this.hasExperimentOpen();
  }

  /** From the welcome view, through the window's own folder dialog. */
  async openFolder(folder: string, answer: 'Trust Folder' | 'Browse Only' = 'Trust Folder'): Promise<void> {
    await this.page.getByRole('button', { name: 'Open Folder…' }).click();
    await this.chooseFolder(folder);
    await this.page.getByRole('dialog', { name: /trust/ }).getByRole('button', { name: answer }).click();
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
  }

  /** In the window's folder dialog: goes to the path, then takes it. */
  async chooseFolder(folder: string): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    const field = dialog.getByRole('textbox', { name: 'Path of the folder' });
    await field.fill(folder);
    await expect(async () => {
      await dialog.locator('button[type=submit]').click({ timeout: 1000 });
      await expect(field).toBeHidden({ timeout: 1000 });
    }).toPass({ timeout: 20_000 });
  }

  async hasExperimentOpen(file = 'experiment.ts'): Promise<void> {
    await expect(this.page.getByRole('tab', { name: file })).toBeVisible();
    await expect(this.editor.locator('.view-line').first()).toBeVisible();
  }

  /** In the gutter, beside the number of a line that is in sight. */
  async clickGutter(line: number, options: { readonly button?: 'right' } = {}): Promise<void> {
    const number = this.page.locator('.margin-view-overlays .line-numbers');
    await this.clickGutterBeside(number.filter({ hasText: new RegExp(`^${line}$`) }), options);
  }

  /** In the gutter, as high as something in the editor stands. */
  async clickGutterBeside(row: Locator, options: { readonly button?: 'right' } = {}): Promise<void> {
    const place = await settledBox(row);
    const margin = await settledBox(this.page.locator('.monaco-editor .margin'));
    await this.page.mouse.click(margin.x + 9, place.y + place.height / 2, options);
  }

  /** What the editor shows, inlays included. Monaco draws spaces as no-break spaces and only the lines in sight. */
  editorLine(text: string | RegExp): Locator {
    return this.editor.locator('.view-line').filter({ hasText: typeof text === 'string' ? spaced(text) : text });
  }

  /** Turns the wheel over the code until the line is drawn. */
  async scrollTo(text: string): Promise<Locator> {
    const line = this.editorLine(text).first();
    await this.editor.hover({ position: { x: 200, y: 40 } });
    await expect(async () => {
      if ((await line.count()) === 0) await this.page.mouse.wheel(0, 120);
      await expect(line).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 20_000 });
    return line;
  }

  /** Puts the cursor into the code and selects all of it. */
  async selectAllCode(): Promise<void> {
    await this.editor.locator('.view-lines').click();
    await this.page.keyboard.press('ControlOrMeta+A');
  }

  /** As if it were pasted: the editor's own indenting and closing of brackets stay out of it. */
  async replaceCode(text: string): Promise<void> {
    await this.selectAllCode();
    await this.page.keyboard.insertText(text);
  }

  panel(name: PanelName | 'Timeline' | 'Editor'): Locator {
    return this.page.getByRole('tabpanel', { name });
  }

  async show(name: PanelName): Promise<Locator> {
    const panel = this.panel(name);
    const button = this.page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name, exact: true });
    // The layout may still be coming into place: a click on the button of what it shows already would hide that.
    await expect(async () => {
      if (!(await panel.isVisible())) await button.click({ timeout: 5000 });
      await expect(panel).toBeVisible({ timeout: 2000 });
    }).toPass({ timeout: 20_000 });
    return panel;
  }

  async run(): Promise<void> {
    await this.page.keyboard.press('F5');
  }

  get continueButton(): Locator {
    return this.toolbar.getByRole('button', { name: /^Continue/ });
  }

  /** Until training stands still at a step. */
  async isPaused(at?: string | RegExp): Promise<void> {
    await expect(this.continueButton).toBeVisible({ timeout: 90_000 });
    // What else names the place, such as the list of breakpoints, is there before training is.
    if (at) await expect(this.panel('Debug').locator('.debug-headline')).toContainText(at);
  }

  async addBreakpoint(kind: 'At step' | 'At end of epoch' | 'When', value: string): Promise<void> {
    const debug = await this.show('Debug');
    await debug.getByRole('button', { name: 'Add breakpoint' }).click();
    await debug.getByRole('combobox', { name: 'Kind of breakpoint' }).selectOption({ label: kind });
    await debug.getByLabel(kind, { exact: true }).fill(value);
    await debug.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(debug.getByRole('list', { name: 'Breakpoints' })).toContainText(value);
  }

  /** A value of the Debug panel's variables, by its name. */
  variable(name: string): Locator {
    return this.panel('Debug')
      .locator('div, dl')
      .filter({ has: this.page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }) })
      .last()
      .getByRole('definition')
      .first();
  }

  chart(name: string): Locator {
    return this.panel('Dashboards').getByRole('group', { name: new RegExp(`^Chart of ${name}\\b`) });
  }

  notice(text: string | RegExp): Locator {
    return this.notices.locator('*').filter({ hasText: text }).last();
  }
}

function spaced(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s'));
}

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

/** Where something is that may be drawn anew, and elsewhere, while its surroundings come to rest. */
async function settledBox(locator: Locator): Promise<Box> {
  let box: Box | null = null;
  await expect
    .poll(async () => {
      const before = JSON.stringify(box);
      box = await locator.boundingBox();
      return box !== null && JSON.stringify(box) === before;
    })
    .toBe(true);
  return box!;
}
