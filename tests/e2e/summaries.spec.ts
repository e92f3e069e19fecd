/** What runs say beside their curves, by two runs at once: histograms, pictures, confusion, sounds, texts, and what is left aside. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright/test';
import { encodeEvent, encodeFileVersion } from '../../src/shared/events/event-writer.js';
import { encodeSummary, histogramValue, tensorValue } from '../../src/shared/events/summary-encoders.js';
import { DataType } from '../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { openLogs, writeRun } from './log-folder.js';
import { expect, test, type Place } from './fixtures.js';
import { ServerUnderTest } from './server-under-test.js';
import { Workbench } from './workbench.js';

/** Half a second of a tone, as a WAV file. */
function tone(): Buffer {
  const samples = 4000;
  const file = Buffer.alloc(44 + 2 * samples);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + 2 * samples, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(8000, 24);
  file.writeUInt32LE(16_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(2 * samples, 40);
  for (let at = 0; at < samples; at++) file.writeInt16LE(Math.round(8000 * Math.sin(at / 3)), 44 + 2 * at);
  return file;
}

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

function writeLogs(folder: string): void {
  for (const [index, run] of ['first', 'second'].entries()) {
    const place = path.join(folder, 'logs', run);
    mkdirSync(place, { recursive: true });
    const records = [encodeFileVersion(1000)];
    for (const step of [10, 20, 30]) {
      const bins = Float64Array.from([-1, 0, step, 0, 1, 2 * step]);
      const confusion = { name: 'confusion_matrix', content: { classNames: ['cat', '<b>dog</b>'] } };
      const counts = Float32Array.from([step, 1, 2, 5 + index]);
      records.push(
        encodeSummary(step, 1000 + step, [
          histogramValue('weights/fc', bins),
          tensorValue('confusion_matrix/counts', confusion, [2, 2], counts),
          { tag: 'picture', value: { case: 'image', value: { width: 1, height: 1, encodedImageString: pixel } } },
          { tag: 'voice', value: { case: 'audio', value: { sampleRate: 8000, encodedAudioString: tone() } } },
          {
            tag: 'notes',
            metadata: { pluginData: { pluginName: 'text' } },
            value: {
              case: 'tensor',
              value: { dtype: DataType.DT_STRING, stringVal: [Buffer.from(`at ${step} <script>alert(1)</script>`)] },
            },
          },
        ]),
      );
    }
    if (index === 0) {
      const mesh = { metadata: { pluginData: { pluginName: 'mesh' } }, value: { case: 'tensor' as const, value: {} } };
      const what = { case: 'summary' as const, value: { value: [{ tag: 'bunny', ...mesh }] } };
      records.push(encodeEvent({ wallTime: 1000, step: 1n, what }));
    }
    writeFileSync(path.join(place, 'events.out.tfevents.1000.here.1.v2'), Buffer.concat(records));
  }
}

async function openSummaries(page: Page, place: Place, work: (workbench: Workbench) => Promise<void>): Promise<void> {
  writeLogs(place.workspace);
  const server = await ServerUnderTest.start({ home: place.home, folder: place.workspace });
  try {
    const workbench = new Workbench(page);
    await page.addInitScript(
      (key) => localStorage.setItem(key, JSON.stringify({ selected: ['logs/first', 'logs/second'] })),
      `backstep.runs:${place.workspace}`,
    );
    await workbench.open(server.url);
    await page.getByRole('dialog', { name: /trust/ }).getByRole('button', { name: 'Browse Only' }).click();
    await work(workbench);
  } finally {
    await server.stop();
  }
}

test('shows two runs beside each other, at the cursor’s step', async ({ page, place }) => {
  await openSummaries(page, place, async () => {
    const tab = page.getByRole('tab', { name: 'Summaries' });
    await tab.click();
    await tab.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Maximize' }).click();
    const kinds = page.getByRole('group', { name: 'Kind' });
    const show = (kind: RegExp) => kinds.getByRole('button', { name: kind }).click();
    const slider = page.getByRole('slider', { name: /step/ });

    await test.step('histograms in four ways', async () => {
      for (const view of ['Ridges', 'Overlay', 'Heat map', 'Bands']) {
        await page.getByRole('combobox', { name: 'Histograms as' }).selectOption({ label: view });
        await expect(page.getByRole('img', { name: new RegExp(`3 histograms as ${view}`, 'i') })).toHaveCount(2);
      }
    });

    await test.step('a click on one moves the cursor', async () => {
      const chart = page.getByRole('img', { name: /of first: 3 histograms as bands/i });
      const box = (await chart.boundingBox())!;
      await chart.click({ position: { x: box.width / 2, y: box.height / 2 } });
      await expect(slider).toHaveValue('20');
    });

    await test.step('the confusion of each run at that step', async () => {
      await show(/^Confusion/);
      const tables = page.getByRole('table');
      await expect(tables).toHaveCount(2);
      await expect(tables.first().getByRole('rowheader', { name: '<b>dog</b>' })).toBeVisible();
      await expect(page.getByText('25 of 28 right, 89.3 %')).toBeVisible();
      await slider.fill('10');
      await expect(page.getByText('15 of 18 right, 83.3 %')).toBeVisible();
    });

    await test.step('pictures, sounds and texts', async () => {
      await show(/^Images/);
      await expect(page.getByRole('img', { name: /picture, 1 of 1, step 10/ })).toHaveCount(2);
      await show(/^Audio/);
      const sound = page.locator('audio').first();
      await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeCloseTo(0.5, 1);
      await show(/^Text/);
      await expect(page.getByText('at 10 <script>alert(1)</script>')).toHaveCount(2);
    });

    await test.step('a mesh is left aside, and why is said', async () => {
      await show(/^Left aside/);
      await expect(page.getByText(/Meshes and point clouds are not shown here/)).toBeVisible();
    });
  });
});

test('what is large, broken or of another kind is shown as far as it can be', async ({ page, place }) => {
  const folder = path.join(place.workspace, 'logs', 'weights');
  mkdirSync(folder, { recursive: true });
  const classes = 400;
  const counts = Float32Array.from({ length: classes * classes }, (_, at) => (at % (classes + 1) === 0 ? 3 : 0));
  counts[classes + 2] = 1;
  const bins = Float64Array.from([-1, 0, 1, 0, 1, 2]);
  writeFileSync(
    path.join(folder, 'events.out.tfevents.1700000000.here.1.v2'),
    Buffer.concat([
      encodeFileVersion(1000),
      encodeSummary(
        1,
        1000,
        Array.from({ length: 3000 }, (_, at) => histogramValue(`layer_${at % 10}/weight_${at}`, bins)),
      ),
      encodeSummary(1, 1000, [
        tensorValue('many', { name: 'confusion_matrix', content: {} }, [classes, classes], counts),
        tensorValue('no matrix', { name: 'confusion_matrix', content: {} }, [2, 3], counts.subarray(0, 6)),
        {
          tag: 'broken',
          value: { case: 'image', value: { width: 9, height: 9, encodedImageString: pixel.subarray(0, 30) } },
        },
      ]),
    ]),
  );
  await openLogs(page, place, async (workbench) => {
    await expect(workbench.panel('Dashboards')).toContainText('have no curves, but histograms, pictures or texts');
    await page.getByRole('button', { name: 'Show Summaries' }).click();
    const panel = page.getByRole('tabpanel', { name: 'Summaries' });
    const cards = panel.locator('.summary-card');
    await expect(cards).toHaveCount(60);
    await panel.getByText('2,940 more').scrollIntoViewIfNeeded();
    await expect(cards).toHaveCount(120);
    await panel.getByRole('searchbox').fill('weight_2999');
    await expect(cards).toHaveCount(1);
    await panel.getByRole('searchbox').fill('');

    await panel.getByRole('button', { name: /^Images/ }).click();
    await expect(cards).toContainText('It is damaged, or of a kind that this browser cannot show.');

    await panel.getByRole('button', { name: /^Confusion/ }).click();
    await expect(panel).toContainText('1,200 of 1,201 right');
    await expect(panel).toContainText('A tensor of 2×3');
    const matrix = panel.getByRole('img', { name: /Confusion matrix of 400 classes/ });
    await matrix.focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await expect(panel).toContainText('1 of class 1 taken for 2, 25.0 %');
  });
});

test('event files from elsewhere are added to a folder that has none', async ({ place, workbench }) => {
  const elsewhere = path.join(place.home, 'elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  mkdirSync(place.workspace, { recursive: true });
  await workbench.openFolder(place.workspace, 'Browse Only');
  const dashboards = workbench.panel('Dashboards');
  await dashboards.getByRole('button', { name: 'Add Event Files…' }).click();
  await workbench.chooseFolder(elsewhere);
  await expect(dashboards).toContainText('No event files in “elsewhere” yet.');
  writeRun(elsewhere, 'run', [{ step: 1, seconds: 1000, scalars: [['loss', 0.5]] }]);
  await expect(dashboards.locator('.chart-title')).toHaveText('loss');
});
