/** `backstep doctor`: what works here, what does not, and the one command that would change it. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../shared/base/message-of.js';
import { homePlaces } from '../shared/base/places.js';
import { cachedFolders, GENERATED_FOLDER, type NamedDataSet, namedDataSets } from '../shared/data/named-data-sets.js';
import { engineFinding, installEngine } from './engine-finding.js';
import { exitCodes } from './exit-codes.js';
import type { Finding } from './finding.js';
import { backstepHome, installPlaces, version } from './install-places.js';
import { startTrainer } from './trainer-child.js';

interface BackendStatus {
  readonly backend: string;
  readonly works: boolean;
  readonly device?: string;
  readonly reason?: string;
  readonly change?: string;
}

/** @returns the exit code: 1 where training cannot work at all */
export async function doctorCommand(flags: { readonly json: boolean }): Promise<number> {
  const [found, electron, home, engine] = await Promise.all([
    backendFindings(),
    electronFinding(),
    homeFinding(),
    engineFinding(),
  ]);
  // Where the engine cannot be set up yet, what comes first is what stands in its way.
  const backends = found.map((backend) =>
    backend.change === installEngine && engine.state !== 'works' ? { ...backend, change: engine.change } : backend,
  );
  const findings = {
    node: nodeFinding(),
    backends,
    engine,
    electron,
    memory: memoryFinding(),
    home,
    data: namedDataSets.map(dataFinding),
  };
  const able = findings.node.state !== 'broken' && backends.some(({ state }) => state === 'works');
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ version: version(), works: able, ...findings })}\n`);
  } else {
    const groups: readonly (readonly [string, readonly Finding[]])[] = [
      [`Backstep ${version()}`, [findings.node, findings.memory, findings.home]],
      ['Backends, best first', backends],
      ['Native TensorFlow', [engine]],
      ['Window', [electron]],
      ['Data of the samples', findings.data],
    ];
    process.stdout.write(
      `${groups.map(([title, rows]) => [title, ...rows.map(findingText)].join('\n')).join('\n\n')}\n`,
    );
  }
  return able ? exitCodes.done : exitCodes.failed;
}

function findingText({ name, state, detail, change }: Finding): string {
  const mark = { works: '✓', limited: '–', broken: '✗' }[state];
  return `  ${mark} ${name}: ${detail}${change ? `\n      → ${change}` : ''}`;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'Node.js',
    state: enough ? 'works' : 'broken',
    detail: `${process.versions.node} on ${process.platform} ${process.arch}`,
    ...(enough ? {} : { change: 'Install Node.js 20.19 or newer from https://nodejs.org' }),
  };
}

function memoryFinding(): Finding {
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  const little = freemem() < 2 ** 30;
  return {
    name: 'Memory',
    state: little ? 'limited' : 'works',
    detail: `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`,
    ...(little ? { change: 'Close other programs: training on images takes about 1 GB' } : {}),
  };
}

async function homeFinding(): Promise<Finding> {
  const folder = backstepHome();
  const probe = path.join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
    return { name: 'Backstep folder', state: 'works', detail: `${folder}, writable` };
  } catch (error) {
    return {
      name: 'Backstep folder',
      state: 'limited',
      detail: `${folder} cannot be written: ${messageOf(error)}`,
      change: 'Set BACKSTEP_HOME to a folder that you may write to',
    };
  }
}

async function backendFindings(): Promise<Finding[]> {
  let statuses: readonly BackendStatus[] | undefined;
  const trainer = startTrainer('backends', {
    stdout: 2,
    onMessage: (message) => (statuses = (message as { readonly statuses: readonly BackendStatus[] }).statuses),
  });
  const { code } = await trainer.ended;
  if (!statuses)
    return [
      {
        name: 'trainer',
        state: 'broken',
        detail: `the trainer process ended with exit code ${code}`,
        change: 'npm run build',
      },
    ];
  return statuses.map(({ backend, works, device, reason, change }) => ({
    name: backend,
    state: works ? 'works' : 'limited',
    detail: (works ? device : reason) ?? '',
    ...(change ? { change } : {}),
  }));
}

async function electronFinding(): Promise<Finding> {
  const { findElectron, noWindowReason } = (await import(pathToFileURL(installPlaces.electronBinary).href)) as {
    findElectron: () => Promise<{ readonly file?: string; readonly reason?: string }>;
    noWindowReason: () => string | undefined;
  };
  const found = await findElectron();
  const reason = found.file === undefined ? found.reason : noWindowReason();
  if (reason === undefined) return { name: 'Electron', state: 'works', detail: found.file! };
  return {
    name: 'Electron',
    state: 'limited',
    detail: `${reason}; the browser shell opens instead`,
    ...(found.file === undefined ? { change: 'npm start -- --fetch-electron' } : {}),
  };
}

function dataFinding(dataSet: NamedDataSet): Finding {
  const { name, title } = dataSet;
  const named = namedFolder(name);
  if (named === GENERATED_FOLDER) {
    return { name: title, state: 'works', detail: 'generated, as chosen in the window under Data' };
  }
  if (named !== undefined) {
    return existsSync(named)
      ? { name: title, state: 'works', detail: `your folder ${named}` }
      : {
          name: title,
          state: 'limited',
          detail: `the folder you named is gone: ${named}`,
          change: 'Name another in the window, under Data',
        };
  }
  const cached = path.join(backstepHome(), homePlaces.dataCache, name);
  const wanted = cachedFolders(dataSet);
  if (wanted.length > 0 && wanted.every((folder) => existsSync(path.join(cached, folder)))) {
    return { name: title, state: 'works', detail: `downloaded, ${cached}` };
  }
  if (dataSet.hasGenerator) {
    return {
      name: title,
      state: 'limited',
      detail: 'generated images stand in for the original',
      change:
        dataSet.downloads.length > 0
          ? 'Download it in the window, or name a folder: backstep run … --data <folder>'
          : 'Name a folder: backstep run … --data <folder>',
    };
  }
  return { name: title, state: 'works', detail: 'comes with the sample' };
}

function namedFolder(name: string): string | undefined {
  const file = path.join(backstepHome(), homePlaces.dataFolders);
  if (!existsSync(file)) return undefined;
  try {
    const folder = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[name];
    return typeof folder === 'string' ? folder : undefined;
  } catch {
    // A damaged file names nothing; runs say so themselves.
    return undefined;
  }
}
