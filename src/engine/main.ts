/**
 * The installer's process: `<node> main.js <job in JSON>` (see `engineJob`). Tells its parent over IPC how
 * it goes; the last message is `done` or `failed`. SIGTERM, Ctrl+C or the parent's end stop it cleanly.
 * Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 stopped.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../shared/base/message-of.js';
import { homePlaces } from '../shared/base/places.js';
import { engineJob, type EngineMessage, type EngineStatus } from '../shared/protocol/engine.js';
import type { EngineContext, InstallerPlaces } from './engine-context.js';
import { EngineFailure, EngineObstacles } from './engine-failure.js';
import { HttpClient } from './index/http-client.js';
import { readPipSettings } from './index/pip-settings.js';
import { installEngine } from './jobs/install.js';
import { removeEngine } from './jobs/remove.js';
import { engineStatusNow } from './jobs/status.js';
import { lookAtMachine } from './machine/machine.js';

const EXIT = { done: 0, failed: 1, arguments: 2, stopped: 130 } as const;

function installerPlaces(environment: NodeJS.ProcessEnv): InstallerPlaces {
  // This file runs bundled, as dist/engine/main.js; packaged, beside the archive, with node_modules there.
  const here = path.dirname(fileURLToPath(import.meta.url));
  const root = path.resolve(here, '../..');
  const home = path.resolve(environment['BACKSTEP_HOME'] || path.join(homedir(), '.backstep'));
  return {
    engines: path.join(home, homePlaces.engines),
    addonSource: moduleFolder(root, '@tensorflow/tfjs-node-gpu'),
    addonPreface: path.join(root, 'assets/engine/session-options.h'),
    nodeHeaders: path.join(moduleFolder(root, 'node-api-headers'), 'include'),
    prebuilds: path.join(root, 'prebuilds'),
    proof: path.join(here, 'proof.js'),
    // Tests put a trainer of their own here.
    trainer: environment['BACKSTEP_TRAINER'] || path.join(root, 'dist/trainer/main.js'),
  };
}

/** In this installation's node_modules, or in those above it. */
function moduleFolder(root: string, name: string): string {
  for (let at = root; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (existsSync(folder) || path.dirname(at) === at) return folder;
  }
}

function tell(message: EngineMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    // A parent that is gone in the meantime is no fault: stopping is on its way.
    else process.send(message, () => resolve());
  });
}

async function work(context: EngineContext, job: ReturnType<typeof engineJob.parse>): Promise<EngineStatus> {
  switch (job.kind) {
    case 'status':
      return engineStatusNow(context, job.plan);
    case 'install':
      return installEngine(context, job);
    case 'remove':
      return removeEngine(context);
  }
}

async function main(): Promise<number> {
  let job: ReturnType<typeof engineJob.parse>;
  try {
    job = engineJob.parse(JSON.parse(process.argv[2] ?? ''));
  } catch (error) {
    process.stderr.write(`The installer is started by Backstep, with a job in JSON: ${messageOf(error)}\n`);
    return EXIT.arguments;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  process.on('disconnect', () => stop.abort());

  const environment = process.env;
  const settings = readPipSettings({ environment, platform: process.platform, userHome: homedir() });
  for (const warning of settings.warnings) process.stderr.write(`${warning}\n`);
  const context: EngineContext = {
    places: installerPlaces(environment),
    machine: await lookAtMachine(),
    settings,
    http: new HttpClient(settings, environment, homedir()),
    environment,
    signal: stop.signal,
    say: (message) => void tell(message),
    openFile: (file) => createWriteStream(file, { flags: 'wx' }),
  };
  try {
    await tell({ kind: 'done', status: await work(context, job) });
    return EXIT.done;
  } catch (error) {
    if (stop.signal.aborted) return EXIT.stopped;
    await tell(failureOf(error));
    return EXIT.failed;
  }
}

function failureOf(error: unknown): Extract<EngineMessage, { kind: 'failed' }> {
  if (error instanceof EngineObstacles) {
    const count = error.obstacles.length;
    return {
      kind: 'failed',
      failure: {
        message: `Native TensorFlow cannot be set up here yet: ${count === 1 ? 'one thing stands' : `${count} things stand`} in the way.`,
      },
      obstacles: [...error.obstacles],
    };
  }
  if (error instanceof EngineFailure) {
    const { message, hint, log } = error;
    return { kind: 'failed', failure: { message, hint, log }, obstacles: [] };
  }
  return {
    kind: 'failed',
    failure: {
      message: messageOf(error),
      hint: 'This is a fault of Backstep: report it with the lines below.',
      log: error instanceof Error ? error.stack : undefined,
    },
    obstacles: [],
  };
}

process.exit(await main());
