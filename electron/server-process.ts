/** Backstep's server as a child of Electron's main process: started, watched, asked to end. Shows nothing itself. */
import { spawn, type ChildProcess } from 'child_process';
import * as path from 'path';
import { createInterface } from 'readline';

export interface ServerOptions {
  /** The folder that holds `dist`. */
  readonly appFolder: string;
  /** Whether the app lies in an archive that only Electron's own Node can read. */
  readonly packaged: boolean;
  readonly folder?: string;
  readonly port?: number;
  /** Of the server that this one takes the place of, so that its window finds it again. */
  readonly token?: string;
}

export interface ServerEnd {
  readonly reason: string;
  /** The last lines it wrote on standard error. */
  readonly lastWords: string;
}

const PATIENCE_MS = 15_000;

export class ServerProcess {
  readonly url: Promise<string>;
  readonly ended: Promise<ServerEnd>;
  private readonly child: ChildProcess;
  private lastWords = '';

  constructor(options: ServerOptions) {
    const script = path.join(options.appFolder, 'dist', 'server', 'main.js');
    const args = [script, '--shell', 'electron', '--with-parent'];
    if (options.port !== undefined) args.push('--port', String(options.port));
    if (options.folder !== undefined) args.push('--folder', options.folder);
    const named = options.packaged ? undefined : process.env.BACKSTEP_NODE;
    const child = spawn(named ?? process.execPath, args, {
      // Its standard input closes when this process ends, however it ends; the server then ends too.
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(named === undefined ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
        ...(options.token === undefined ? {} : { BACKSTEP_TOKEN: options.token }),
      },
    });
    this.child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.lastWords = (this.lastWords + chunk.toString()).slice(-2000);
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ reason: error.message, lastWords: this.lastWords.trim() }));
      child.once('close', (code, signal) => {
        resolve({
          reason: signal ? `signal ${signal}` : `exit code ${String(code)}`,
          lastWords: this.lastWords.trim(),
        });
      });
    });
    this.url = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const url = listeningUrl(line);
        if (url !== undefined) resolve(url);
      });
      void this.ended.then((end) => reject(new Error(end.lastWords || end.reason)));
    });
    // Whoever asks for the address hears of the failure; a server that ends later has been heard of by then.
    this.url.catch(() => undefined);
  }

  /** Lets it save, then insists. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    this.child.stdin?.end();
    const insist = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    await this.ended;
    clearTimeout(insist);
  }
}

function listeningUrl(line: string): string | undefined {
  try {
    const message = JSON.parse(line) as { kind?: unknown; url?: unknown };
    return message.kind === 'listening' && typeof message.url === 'string' ? message.url : undefined;
  } catch {
    // Anything else on standard output is for whoever watches it.
    console.log(line);
    return undefined;
  }
}
