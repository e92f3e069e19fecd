/** A folder of logs by other programs, opened in a window that does not trust its code. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright/test';
import { encodeFileVersion, encodeScalars } from '../../src/shared/events/event-writer.js';
import type { Place } from './fixtures.js';
import { ServerUnderTest } from './server-under-test.js';
import { Workbench } from './workbench.js';

/** At a second of the clock. */
export interface LoggedStep {
  readonly step: number;
  readonly seconds: number;
  readonly scalars: readonly (readonly [tag: string, value: number])[];
}

const encode = ({ step, seconds, scalars }: LoggedStep) =>
  encodeScalars(
    step,
    seconds,
    scalars.map(([tag, value]) => [tag, value]),
  );

/** As a program writes it that has just begun. @returns the file */
export function writeRun(folder: string, run: string, steps: readonly LoggedStep[]): string {
  mkdirSync(path.join(folder, 'logs', run), { recursive: true });
  const file = path.join(folder, 'logs', run, 'events.out.tfevents.1700000000.here.1.v2');
  writeFileSync(file, Buffer.concat([encodeFileVersion(1_700_000_000), ...steps.map(encode)]));
  return file;
}

/** As a program writes on. */
export function writeOn(file: string, steps: readonly LoggedStep[]): void {
  appendFileSync(file, Buffer.concat(steps.map(encode)));
}

/** Its place's workspace, as it is by now. */
export async function openLogs(page: Page, place: Place, test: (workbench: Workbench) => Promise<void>): Promise<void> {
  const server = await ServerUnderTest.start({ home: place.home, folder: place.workspace });
  try {
    const workbench = new Workbench(page);
    await workbench.open(server.url);
    // Asked once a folder.
    const trust = page.getByRole('dialog', { name: /trust/ });
    await page.addLocatorHandler(trust, () => trust.getByRole('button', { name: 'Browse Only' }).click());
    await test(workbench);
  } finally {
    await server.stop();
  }
}
