/** A front end of the Debug Adapter Protocol for tests: starts the real trainer process, keeps every message in order. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { frameMessage, MessageReader } from '../../../src/trainer/dap/dap-framing.js';
import { trainingBatch } from '../../../src/shared/protocol/dap.js';
import type {
  RunOptionsInput,
  StopPoint,
  TrainingBreakpoint,
  TrainingEvent,
} from '../../../src/shared/protocol/training.js';
import { trainerEntry } from './built.js';

export class DapClient {
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  readonly process: ChildProcess;
  stderr = '';
  stdout = '';
  readonly exited: Promise<number | null>;
  private readonly pipe: Duplex;
  private readonly reader = new MessageReader();
  private sequence = 1;
  private listeners: (() => void)[] = [];
  private taken = 0;

  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [trainerEntry, 'debug'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.pipe = this.process.stdio[3] as Duplex;
    this.process.stderr!.on('data', (chunk) => (this.stderr += String(chunk)));
    this.process.stdout!.on('data', (chunk) => (this.stdout += String(chunk)));
    this.pipe.on('error', () => this.pipe.destroy());
    this.pipe.on('data', (chunk: Buffer) => {
      this.messages.push(...(this.reader.push(chunk) as DebugProtocol.ProtocolMessage[]));
      for (const wake of this.listeners.splice(0)) wake();
    });
    this.exited = new Promise((resolve) =>
      this.process.once('close', (code) => {
        resolve(code);
        for (const wake of this.listeners.splice(0)) wake();
      }),
    );
  }

  /** The whole response, failed or not. */
  async raw(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    const seq = this.sequence++;
    this.pipe.write(
      frameMessage({ seq, type: 'request', command, ...(args === undefined ? {} : { arguments: args }) }),
    );
    return this.until(
      () => this.responses().find((response) => response.request_seq === seq),
      `an answer to ${command}`,
    );
  }

  async request<T = unknown>(command: string, args?: unknown): Promise<T> {
    const response = await this.raw(command, args);
    if (!response.success) throw new Error(`${command}: ${response.message}`);
    return response.body as T;
  }

  /** initialize, launch, breakpoints, configurationDone. */
  async start(options: RunOptionsInput, breakpoints: readonly TrainingBreakpoint[] = []): Promise<void> {
    await this.request('initialize', { adapterID: 'backstep' });
    await this.event('initialized');
    await this.request('launch', options);
    await this.request('backstep/setTrainingBreakpoints', { breakpoints });
    await this.request('configurationDone');
  }

  /** The next event of this name that no earlier call has given out. */
  async event(name: string): Promise<DebugProtocol.Event> {
    const index = await this.until(() => {
      const found = this.messages.findIndex(
        (message, at) =>
          at >= this.taken && message.type === 'event' && (message as DebugProtocol.Event).event === name,
      );
      return found < 0 ? undefined : found + 1;
    }, `event ${name}`);
    this.taken = index;
    return this.messages[index - 1] as DebugProtocol.Event;
  }

  async stopped(): Promise<StopPoint> {
    return ((await this.event('stopped')).body as { readonly backstep: StopPoint }).backstep;
  }

  events(): DebugProtocol.Event[] {
    return this.messages.filter((message): message is DebugProtocol.Event => message.type === 'event');
  }

  responses(): DebugProtocol.Response[] {
    return this.messages.filter((message): message is DebugProtocol.Response => message.type === 'response');
  }

  training(): TrainingEvent[] {
    return this.events()
      .filter(({ event }) => event === 'backstep/training')
      .flatMap(({ body }) => trainingBatch.parse(body).events);
  }

  eventsOf<K extends TrainingEvent['kind']>(kind: K): Extract<TrainingEvent, { kind: K }>[] {
    return this.training().filter((event): event is Extract<TrainingEvent, { kind: K }> => event.kind === kind);
  }

  write(bytes: Buffer): void {
    this.pipe.write(bytes);
  }

  hangUp(): void {
    this.pipe.destroy();
  }

  async end(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.exited;
  }

  async until<T>(look: () => T | undefined, what: string, limitMs = 20_000): Promise<T> {
    const limit = Date.now() + limitMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(
          `the trainer ended (${this.process.exitCode ?? this.process.signalCode}) before ${what}\n${this.stderr}${this.tail()}`,
        );
      }
      if (Date.now() > limit) throw new Error(`no ${what} within ${limitMs} ms\n${this.stderr}${this.tail()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.listeners.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private tail(): string {
    return this.messages
      .slice(-6)
      .map((message) => JSON.stringify(message).slice(0, 400))
      .join('\n');
  }
}
