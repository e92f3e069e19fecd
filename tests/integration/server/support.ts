/** A server with a home, a workspace and a trainer of its own for each test, and windows that talk to it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach } from 'vitest';
import WebSocket from 'ws';
import { decodeMessage } from '../../../src/shared/base/binary-message.js';
import { parseMessage, stringifyMessage } from '../../../src/shared/base/message-json.js';
import type {
  NotificationBody,
  NotificationName,
  RequestName,
  RequestParams,
  RequestResult,
  ServerFrame,
} from '../../../src/shared/protocol/rpc.js';
import { startServer, type RunningServer, type ServerOptions } from '../../../src/server/server.js';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
export function cleanUpLater(cleanUp: () => Promise<void> | void): void {
  cleanUps.push(cleanUp);
}

export const repository = path.resolve(import.meta.dirname, '../../..');

let bundled: string | undefined;
export function fakeTrainer(): string {
  if (!bundled) {
    const folder = mkdtempSync(path.join(tmpdir(), 'backstep-trainer-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    bundled = path.join(folder, 'fake-trainer.mjs');
    buildSync({
      entryPoints: [path.join(import.meta.dirname, 'fake-trainer.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundled,
      logLevel: 'error',
    });
  }
  return bundled;
}

export interface TestPlace {
  readonly folder: string;
  readonly home: string;
  readonly workspace: string;
  write(relative: string, text: string | Uint8Array): string;
}

export function testPlace(): TestPlace {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'backstep-server-')));
  cleanUpLater(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const home = path.join(folder, 'home');
  const workspace = path.join(folder, 'workspace');
  mkdirSync(home);
  mkdirSync(workspace);
  return {
    folder,
    home,
    workspace,
    write: (relative, text) => {
      const file = path.join(workspace, relative);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
  };
}

/** With a trainer that is none. */
export function places(place: TestPlace): ServerOptions['places'] {
  return {
    appRoot: repository,
    renderer: path.join(place.folder, 'renderer'),
    typings: path.join(place.folder, 'typings'),
    samples: path.join(place.folder, 'samples'),
    trainer: fakeTrainer(),
    engine: path.join(place.folder, 'no-such-installer.js'),
    reader: path.join(repository, 'dist/reader/main.js'),
    home: place.home,
    samplesFolder: path.join(place.folder, 'Backstep'),
  };
}

export async function serve(place: TestPlace, options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    shell: 'browser',
    port: 0,
    places: places(place),
    ...options,
  });
  cleanUpLater(() => server.close());
  return server;
}

export const experimentText = (words = '') =>
  `import { defineExperiment } from 'backstep';\n// ${words}\nexport default defineExperiment({});\n`;

/** A served workspace with one experiment, trusted, and a window on it. */
export async function openWorkspace(words = '', options: Partial<ServerOptions> = {}) {
  const place = testPlace();
  const experiment = place.write('experiment.ts', experimentText(words));
  const server = await serve(place, options);
  const window = await TestWindow.connect(server);
  await window.request('workspace/open', { path: place.workspace });
  await window.request('workspace/trust', { trusted: true });
  return { place, server, window, experiment };
}

type Frame = ServerFrame;

export class TestWindow {
  readonly frames: Frame[] = [];
  private readonly watchers = new Set<() => void>();
  private nextId = 1;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.frames.push(
        (isBinary ? decodeMessage(new Uint8Array(data).buffer) : parseMessage(data.toString('utf8'))) as Frame,
      );
      for (const watcher of this.watchers) watcher();
    });
    socket.on('error', () => undefined);
  }

  static async connect(server: { readonly port: number; readonly token: string }): Promise<TestWindow> {
    const origin = `http://127.0.0.1:${server.port}`;
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, {
      headers: { cookie: `backstep-${server.port}=${server.token}`, origin },
    });
    const window = new TestWindow(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    cleanUpLater(() => socket.terminate());
    return window;
  }

  async request<N extends RequestName>(name: N, params: RequestParams<N>): Promise<RequestResult<N>> {
    const answer = await this.ask(name, params);
    if (answer.kind === 'failure') throw Object.assign(new Error(`${answer.tag}: ${answer.message}`), answer);
    return answer.result as RequestResult<N>;
  }

  /** The failure's tag, message and hint; throws where the request succeeds. */
  async failure(
    name: RequestName,
    params: unknown,
  ): Promise<{ readonly tag: string; readonly message: string; readonly hint?: string }> {
    const answer = await this.ask(name, params);
    if (answer.kind !== 'failure') throw new Error(`${name} was answered: ${JSON.stringify(answer.result)}`);
    return answer;
  }

  async ask(name: string, params: unknown) {
    const id = this.nextId++;
    this.send({ kind: 'request', id, name, params });
    return (await this.until(
      (frame) => (frame.kind === 'result' || frame.kind === 'failure') && frame.id === id,
    )) as Extract<Frame, { kind: 'result' | 'failure' }>;
  }

  async dap(command: string, args: unknown = {}) {
    const seq = this.nextId++;
    this.send({ kind: 'dap', message: { seq, type: 'request', command, arguments: args } });
    const frame = await this.until(
      (found) => found.kind === 'dap' && found.message.type === 'response' && found.message['request_seq'] === seq,
    );
    return (frame as Extract<Frame, { kind: 'dap' }>).message as unknown as {
      success: boolean;
      message?: string;
      body?: unknown;
      command: string;
    };
  }

  send(frame: unknown): void {
    this.socket.send(stringifyMessage(frame));
  }

  async notification<N extends NotificationName>(
    name: N,
    matches: (body: NotificationBody<N>) => boolean = () => true,
  ): Promise<NotificationBody<N>> {
    const frame = await this.until(
      (found) => found.kind === 'notification' && found.name === name && matches(found.body as NotificationBody<N>),
    );
    return (frame as Extract<Frame, { kind: 'notification' }>).body as NotificationBody<N>;
  }

  async event(name: string, matches: (body: never) => boolean = () => true): Promise<unknown> {
    const frame = await this.until(
      (found) => found.kind === 'dap' && found.message['event'] === name && matches(found.message['body'] as never),
    );
    return (frame as Extract<Frame, { kind: 'dap' }>).message['body'];
  }

  /** Resolves once the session has this status. */
  async session(...statuses: string[]) {
    for (;;) {
      const { session } = await this.request('session/current', {});
      if (session && statuses.includes(session.status)) return session;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The first frame that matches, those that have come already included. */
  async until(matches: (frame: Frame) => boolean, timeoutMs = 10_000): Promise<Frame> {
    return new Promise((resolve, reject) => {
      let seen = 0;
      const look = (): void => {
        for (; seen < this.frames.length; seen++) {
          if (!matches(this.frames[seen]!)) continue;
          const frame = this.frames[seen]!;
          done();
          resolve(frame);
          return;
        }
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`nothing that matches came; last: ${JSON.stringify(this.frames.slice(-3)).slice(0, 1000)}`));
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      this.watchers.add(look);
      look();
    });
  }

  forgetFrames(): void {
    this.frames.length = 0;
  }
}
