/** The `backstep debug` command and the protocol's public test client, for tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { cliEntry, type Workspace } from '../trainer/built.js';

/** What a front end such as VS Code says of itself. */
export const initializeArguments: DebugProtocol.InitializeRequestArguments = {
  clientID: 'test',
  adapterID: 'backstep',
  linesStartAt1: true,
  columnsStartAt1: true,
  pathFormat: 'path',
  supportsVariableType: true,
  supportsVariablePaging: true,
  supportsProgressReporting: true,
  supportsInvalidatedEvent: true,
};

export class AdapterClient extends DebugClient {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  stderr = '';

  private constructor(place: Workspace, args: readonly string[]) {
    super('node', 'backstep', 'backstep');
    this.defaultTimeout = 20_000;
    this.process = spawn(process.execPath, [cliEntry, 'debug', ...args], {
      env: { ...process.env, BACKSTEP_HOME: place.home, FORCE_COLOR: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process.stderr!.on('data', (chunk) => (this.stderr += String(chunk)));
    this.exited = new Promise((resolve) => this.process.once('close', resolve));
  }

  static onStdio(place: Workspace): AdapterClient {
    const client = new AdapterClient(place, ['--stdio']);
    client.connect(client.process.stdout!, client.process.stdin!);
    return client;
  }

  static async onPort(place: Workspace): Promise<AdapterClient> {
    const client = new AdapterClient(place, ['--port', '0']);
    const port = await new Promise<number>((resolve, reject) => {
      client.process.once('close', () => reject(new Error(client.stderr)));
      client.process.stderr!.on('data', () => {
        const said = /127\.0\.0\.1:(\d+)/.exec(client.stderr);
        if (said) resolve(Number(said[1]));
      });
    });
    await client.start(port);
    return client;
  }

  /** Everything up to the training's start, with what `configure` sets before. */
  async begin(launch: object, configure: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    const initialized = this.waitForEvent('initialized');
    await this.initializeRequest(initializeArguments);
    await initialized;
    await this.launchRequest({ backend: 'cpu', ...launch } as DebugProtocol.LaunchRequestArguments);
    await configure();
    await this.configurationDoneRequest();
  }

  /** The place of the next stop, which `going` brings about: `breakpoint experiment.ts:24`. */
  async stopAfter(going: () => Promise<unknown>): Promise<string> {
    const stopped = this.waitForEvent('stopped');
    await going();
    const { body } = (await stopped) as DebugProtocol.StoppedEvent;
    const [frame] = await this.frames();
    const where = frame!.source && frame!.line > 0 ? `${frame!.source.name}:${frame!.line}` : frame!.name;
    return `${body.reason} ${where}`;
  }

  /** With launch arguments of Backstep's own. */
  restartWith(args: { readonly arguments: object }): Promise<unknown> {
    return this.customRequest('restart', args);
  }

  async frames(): Promise<DebugProtocol.StackFrame[]> {
    return (await this.stackTraceRequest({ threadId: 1 })).body.stackFrames;
  }

  /** The adapter waits for its trainer, which saves; one that does not end is killed. */
  async end(): Promise<void> {
    const kill = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    this.process.kill('SIGTERM');
    await this.exited;
    clearTimeout(kill);
  }
}
