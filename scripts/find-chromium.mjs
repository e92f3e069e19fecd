// A Chromium for the end-to-end tests and benches: one that is named, the system's, or one that Playwright fetched before. Fetches nothing.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const macApps = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium'];

/** So that it asks nothing of the network or of a graphics card; as root there is no sandbox. */
export const chromiumFlags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

function candidates() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return [
    ...[...folders, '/usr/bin'].flatMap((folder) => names.map((name) => path.join(folder, name))),
    ...macApps.map((app) => path.join('/Applications', app)),
    ...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .map((folder) => path.join(folder, 'Google/Chrome/Application/chrome.exe')),
    chromium.executablePath(),
  ];
}

/** `{ file }`, or `{ reason }` in words that say how to change it. */
export function findChromium() {
  const named = process.env.BACKSTEP_CHROMIUM;
  if (named) {
    return existsSync(named) ? { file: named } : { reason: `BACKSTEP_CHROMIUM names ${named}, which is not there` };
  }
  const file = candidates().find((candidate) => candidate && existsSync(candidate));
  return file ? { file } : { reason: 'no Chromium or Chrome found; install one, or name it in BACKSTEP_CHROMIUM' };
}
