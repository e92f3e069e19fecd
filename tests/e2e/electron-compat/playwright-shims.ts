/** What Playwright's own scripts need of the page and Chromium 83 lacks. They run in a world of their own, which no script of the page reaches. */
import type { Page } from 'playwright/test';

const source = `Element.prototype.checkVisibility = Element.prototype.checkVisibility || function () {
  if (!this.isConnected) return false;
  for (let element = this; element; element = element.parentElement) {
    if (getComputedStyle(element).display === 'none') return false;
  }
  return true;
};`;

/** For the documents of now and later. */
export async function shimPlaywright(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const worlds = new Map<string, number>();
  session.on('Runtime.executionContextCreated', ({ context }) => worlds.set(context.name, context.id));
  await session.send('Runtime.enable');
  for (const [worldName, contextId] of worlds) {
    if (!worldName.startsWith('__playwright')) continue;
    await session.send('Runtime.evaluate', { expression: source, contextId });
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName });
  }
}
