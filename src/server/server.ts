/** Puts the server together: its parts, the HTTP side, the windows' sockets; starts it and takes it down. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import type { z } from 'zod';
import { namedDataSets, type NamedDataSet } from '../shared/data/named-data-sets.js';
import type { shellKind } from '../shared/protocol/rpc.js';
import { Analyser } from './analysis/analyser.js';
import { GraphRecorder } from './graph/graph-recorder.js';
import { DataSets } from './data/data-sets.js';
import { Engine } from './engine/engine.js';
import { errorCode, Failure } from './failure.js';
import { createHandlers } from './handlers.js';
import { createWebApp } from './http/web-app.js';
import { log } from './log.js';
import type { LogReading, LogsChanged } from './logs/log-reading.js';
import { LogService } from './logs/log-service.js';
import { LogThread } from './logs/log-thread.js';
import { Logs } from './logs/logs.js';
import { Runs } from './runs/runs.js';
import { ModelFiles } from './model-files.js';
import { Samples } from './samples.js';
import type { ServerPlaces } from './server-places.js';
import { Sessions } from './sessions/sessions.js';
import { Settings } from './settings.js';
import { SocketServer } from './socket/socket-server.js';
import { Throttle } from './throttle.js';
import { OpenFolders } from './workspace/open-folders.js';
import { usualPorts } from './usual-ports.js';
import { Workspace } from './workspace/workspace.js';

export interface ServerOptions {
  readonly places: ServerPlaces;
  readonly shell: z.infer<typeof shellKind>;
  /** 0: any free one. */
  readonly port: number;
  /** A new one where none is given. */
  readonly token?: string;
  /** Opened at once where it is given. */
  readonly folder?: string;
  readonly analysisTimeLimitMs?: number;
  readonly dataSets?: readonly NamedDataSet[];
  readonly dataOrigin?: string;
}

export interface RunningServer {
  readonly port: number;
  readonly token: string;
  /** With the token: what a person opens. */
  readonly url: string;
  /** Saves what trains, tells the windows, and ends. */
  close(): Promise<void>;
}

/** Longer than most saves; a trainer that takes longer goes on by itself and then ends. */
const SAVE_GRACE_MS = 12_000;
const RUNS_CHANGED_EVERY_MS = 1000;

/** @throws the error of listen(), such as EADDRINUSE; Failure where the folder cannot be opened */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { places } = options;
  await mkdir(places.home, { recursive: true });
  const rules = { port: 0, token: options.token ?? randomBytes(32).toString('base64url') };
  const http = createServer();
  rules.port = await listenWhere(http, options.port, places.home);

  const settings = new Settings(places.home);
  const runsChanged = new Throttle(() => sockets.notify('runs/changed', {}), RUNS_CHANGED_EVERY_MS);
  const sessions = new Sessions({
    entry: places.trainer,
    home: places.home,
    broadcast: (frame) => sockets.broadcast(frame),
    onChange: (session) => sockets.notify('session/changed', { session }),
    onEnd: () => runsChanged.call(),
  });
  const openFolders: OpenFolders = new OpenFolders(
    places.home,
    () => rules.port,
    () => void workspace.othersChanged().catch((error: unknown) => log('workspace', 'others changed', error)),
  );
  const workspace: Workspace = new Workspace(settings, openFolders, {
    workspaceChanged: (body) => {
      sockets.notify('workspace/changed', body);
      logs.workspaceChanged();
    },
    filesChanged: (paths) => sockets.notify('files/changed', { paths: [...paths] }),
    runsChanged: () => runsChanged.call(),
    checkMayLeave: () => {
      if (!sessions.running) return;
      throw new Failure(
        'busy',
        `“${path.basename(sessions.running)}” of the open folder is training.`,
        'Stop it before you leave the folder.',
      );
    },
  });
  const analyser = new Analyser({ entry: places.trainer, home: places.home, timeLimitMs: options.analysisTimeLimitMs });
  const recorder = new GraphRecorder({ entry: places.trainer, home: places.home });
  const logReader = logReading((changed) => {
    sockets.notify('logs/changed', changed);
    // What took long to read is in the list of runs only now.
    if (changed.list) runsChanged.call();
  });
  const runs = new Runs(logReader, () => sessions.runningFolder);
  const modelFiles = new ModelFiles(places.reader, places.home);
  const logs: Logs = new Logs({
    reading: logReader,
    settings,
    workspace: () => workspace.rootIfOpen,
    openModel: (file) => modelFiles.open(file),
  });
  const dataSets = new DataSets({
    home: places.home,
    known: options.dataSets ?? namedDataSets,
    origin: options.dataOrigin,
    onChange: (status) => sockets.notify('data/changed', status),
  });
  const engine = new Engine({
    entry: places.engine,
    home: places.home,
    onChange: (status) => sockets.notify('engine/changed', status),
  });
  const handlers = createHandlers({
    version: await readVersion(places.appRoot),
    shell: options.shell,
    places,
    settings,
    workspace,
    samples: new Samples(places.samples),
    modelFiles,
    analyser,
    recorder,
    sessions,
    runs,
    logs: logs.answers,
    dataSets,
    engine,
  });
  const sockets: SocketServer = new SocketServer({
    rules,
    handlers,
    onDap: (window, message) => sessions.relay(window, message),
    onGone: (window) => sessions.forget(window),
  });

  const app = createWebApp({ rules, rendererFolder: places.renderer, typingsFolder: places.typings });
  const listener = getRequestListener(app.fetch);
  http.on('request', (request, response) => void listener(request, response));
  http.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));

  const close = once(async () => {
    http.close();
    // The windows stay connected meanwhile, to see how saving goes.
    await sessions.dispose(SAVE_GRACE_MS);
    sockets.close();
    analyser.dispose();
    recorder.dispose();
    runsChanged.dispose();
    await Promise.all([workspace.dispose(), runs.dispose(), dataSets.dispose(), engine.dispose()]);
    await openFolders.close();
    http.closeAllConnections();
  });

  if (options.folder !== undefined) {
    try {
      const info = await workspace.open(options.folder);
      if (info.trusted) analyser.warmUp();
    } catch (error) {
      await close();
      throw error;
    }
  }
  return { port: rules.port, token: rules.token, url: `http://127.0.0.1:${rules.port}/?token=${rules.token}`, close };
}

/** Port 0: one of the folder's usual ones where one is free, else any. */
async function listenWhere(http: Server, port: number, home: string): Promise<number> {
  if (port !== 0) return listen(http, port);
  for (const usual of usualPorts(home)) {
    try {
      return await listen(http, usual);
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE' && errorCode(error) !== 'EACCES') throw error;
    }
  }
  return listen(http, 0);
}

function listen(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      http.removeAllListeners('listening');
      reject(error);
    };
    http.once('error', failed);
    // Never on another address: whoever reaches the port could run code.
    http.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      http.off('error', failed);
      http.on('error', (error) => log('http', 'failed', error));
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function besideServer(entry: string): string {
  return path.join(path.dirname(fileURLToPath(import.meta.url)), entry);
}

/** Built, the reader has a thread of its own; from the sources (tests) it runs in this one. */
function logReading(onChange: (changed: LogsChanged) => void): LogReading {
  const entry = besideServer('log-worker.js');
  return existsSync(entry) ? new LogThread(entry, onChange) : new LogService({ onChange });
}

async function readVersion(appRoot: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(appRoot, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}
