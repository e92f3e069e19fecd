/** The real server as its own process, with a home and folders that nobody else uses. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const repository = path.resolve(import.meta.dirname, '../..');

export interface ServerOptions {
  readonly folder?: string;
  readonly port?: number;
  readonly token?: string;
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A temporary folder; `remove` deletes it with everything in it. */
export async function temporaryFolder(name: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), `backstep-${name}-`)));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }) };
}

export class ServerUnderTest {
  /** With the token: what a person opens. */
  readonly url: string;
  readonly port: number;
  readonly errors: () => string;
  private constructor(
    private readonly child: ChildProcess,
    listening: { readonly url: string; readonly port: number },
    errors: () => string,
  ) {
    this.url = listening.url;
    this.port = listening.port;
    this.errors = errors;
  }

  /** @throws Error with the server's own words where it does not start */
  static async start(options: ServerOptions): Promise<ServerUnderTest> {
    const args = ['dist/server/main.js', '--shell', 'browser', '--with-parent', '--port', String(options.port ?? 0)];
    if (options.folder !== undefined) args.push('--folder', options.folder);
    const child = spawn(process.execPath, args, {
      cwd: repository,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOME: options.home,
        BACKSTEP_HOME: path.join(options.home, '.backstep'),
        ...(options.token === undefined ? {} : { BACKSTEP_TOKEN: options.token }),
        ...options.environment,
      },
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)));
    const listening = await new Promise<{ url: string; port: number }>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const message = JSON.parse(line) as { kind: string; url: string; port: number };
        if (message.kind === 'listening') resolve(message);
      });
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
    });
    return new ServerUnderTest(child, listening, () => errors);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    await closed;
    clearTimeout(insist);
  }

  /** As a crash would end it. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await closed;
  }
}
