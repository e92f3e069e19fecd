/** Each test has a server, a home and folders of its own; the build is brought up to date once a run. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test as base } from 'playwright/test';
import { build } from '../../scripts/build.mjs';
import { repository, ServerUnderTest, temporaryFolder } from './server-under-test.js';
import { Workbench } from './workbench.js';

export { expect } from 'playwright/test';

export interface Place {
  /** The person's home; Backstep's own folder is `.backstep` in it. */
  readonly home: string;
  /** An empty folder for a workspace. */
  readonly workspace: string;
}

interface Fixtures {
  readonly place: Place;
  readonly server: ServerUnderTest;
  readonly workbench: Workbench;
}

export const test = base.extend<Fixtures, { readonly built: undefined }>({
  built: [
    async ({}, use) => {
      await build();
      await use(undefined);
    },
    { scope: 'worker', auto: true, timeout: 300_000 },
  ],
  place: async ({}, use) => {
    const folder = await temporaryFolder('e2e');
    const place = { home: path.join(folder.path, 'home'), workspace: path.join(folder.path, 'workspace') };
    await mkdir(place.home);
    await mkdir(place.workspace);
    await use(place);
    await folder.remove();
  },
  server: async ({ place }, use, info) => {
    const server = await ServerUnderTest.start({ home: place.home });
    await use(server);
    await server.stop();
    if (info.status !== info.expectedStatus) await info.attach('server', { body: server.errors() });
  },
  workbench: async ({ page, server }, use, info) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.stack || error.message || String(error)));
    const workbench = new Workbench(page);
    await workbench.open(server.url);
    await use(workbench);
    if (faults.length > 0) {
      await info.attach('faults', { body: faults.join('\n\n') });
      throw new Error(`the page met faults of its own:\n${faults.join('\n\n')}`);
    }
  },
});

const testData = process.env['BACKSTEP_TEST_DATA'] || path.resolve(repository, '../shared/data');

/**
 * A few real images of each class, where the test data is there: `train` and `test` with `perClass`
 * and a third of that. Undefined, and said, where it is not: the sample then draws its own.
 */
export async function realHands(to: string, perClass: number): Promise<string | undefined> {
  const from = path.join(testData, 'rps');
  if (!existsSync(from)) {
    console.log(`the sample draws its own images: no ${from}`);
    return undefined;
  }
  for (const [part, count] of [
    ['train', perClass],
    ['test', Math.ceil(perClass / 3)],
  ] as const) {
    for (const name of await readdir(path.join(from, part))) {
      const target = path.join(to, part, name);
      await mkdir(target, { recursive: true });
      const images = (await readdir(path.join(from, part, name))).sort();
      // Spread over the class, not one hand turned by a degree.
      const every = Math.max(1, Math.floor(images.length / count));
      for (const image of images.filter((_file, index) => index % every === 0).slice(0, count)) {
        await cp(path.join(from, part, name, image), path.join(target, image));
      }
    }
  }
  return to;
}
