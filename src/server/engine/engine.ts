/**
 * Native TensorFlow, for the windows: what is known of it, and the one job at a time that the
 * installer's process does. Knows how to start that process and what it says; not how it installs.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { describeEnd, Tail } from '../../shared/base/process-end.js';
import {
  engineMessage,
  type EngineFlavor,
  type EngineJob,
  type EngineMessage,
  type EngineStatus,
} from '../../shared/protocol/engine.js';
import { nodeEnvironment } from '../child-process.js';
import { Failure } from '../failure.js';
import { log } from '../log.js';

export interface EngineOptions {
  /** The installer's entry, started as `<node> <entry> <job in JSON>`, which speaks over IPC. */
  readonly entry: string;
  readonly home: string;
  onChange(status: EngineStatus): void;
}

interface Work {
  readonly job: EngineJob;
  readonly child: ChildProcess;
  /** Never rejects. */
  readonly ended: Promise<void>;
  cancelled: boolean;
}

/** The installer takes its lock away on the way out; one that does not leave is ended. */
const LEAVE_MS = 2000;

export class Engine {
  private status: EngineStatus = { obstacles: [] };
  private work: Work | undefined;
  private disposed = false;

  constructor(private readonly options: EngineOptions) {}

  /** Looks again, unless something is under way: then what is known of that. */
  async look(plan: boolean): Promise<EngineStatus> {
    while (this.work?.job.kind === 'status') await this.work.ended;
    if (!this.work) await this.start({ kind: 'status', plan }).ended;
    return this.status;
  }

  /** Returns as soon as it has begun. @throws Failure `busy` */
  async install(wanted: { readonly version?: string; readonly flavor?: EngineFlavor }): Promise<EngineStatus> {
    while (this.work?.job.kind === 'status') await this.work.ended;
    if (this.work)
      throw new Failure('busy', 'Native TensorFlow is being set up already.', 'Wait for it, or cancel it.');
    this.status = {
      ...this.status,
      obstacles: [],
      failure: undefined,
      progress: { phase: 'checking', message: 'Looking at what is needed' },
    };
    this.start({ kind: 'install', ...wanted });
    this.announce();
    return this.status;
  }

  /** What was downloaded stays for the next time. */
  async cancel(): Promise<EngineStatus> {
    await this.end();
    return this.status;
  }

  async remove(): Promise<EngineStatus> {
    await this.end();
    await this.start({ kind: 'remove' }).ended;
    return this.status;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.end();
  }

  private async end(): Promise<void> {
    const { work } = this;
    if (!work) return;
    work.cancelled = true;
    work.child.kill('SIGTERM');
    const timer = setTimeout(() => work.child.kill('SIGKILL'), LEAVE_MS);
    await work.ended;
    clearTimeout(timer);
  }

  private start(job: EngineJob): Work {
    const child = fork(this.options.entry, [JSON.stringify(job)], {
      env: nodeEnvironment(this.options.home),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const errors = new Tail();
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => errors.add(chunk));
    let concluded = false;
    child.on('message', (message) => {
      const parsed = engineMessage.safeParse(message);
      if (!parsed.success) {
        log('engine', 'a message cannot be understood', parsed.error);
        return;
      }
      if (parsed.data.kind === 'done' || parsed.data.kind === 'failed') concluded = true;
      this.take(parsed.data);
    });
    const work: Work = {
      job,
      child,
      cancelled: false,
      ended: new Promise((resolve) => {
        const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
          if (this.work !== work) return;
          this.work = undefined;
          if (!concluded) this.unfinished(work, { code, signal, errorTail: errors.toString() });
          if (job.kind !== 'status') this.announce();
          resolve();
        };
        child.on('error', (error) => {
          log('engine', 'the installer cannot be started or reached', error);
          errors.add(`\n${error.message}\n`);
          // A process that never was has no exit to tell of.
          if (child.pid === undefined) setImmediate(finish, null, null);
        });
        child.on('close', finish);
      }),
    };
    this.work = work;
    return work;
  }

  private take(message: EngineMessage): void {
    switch (message.kind) {
      case 'status':
      case 'done':
        // How the last installation failed is said until the next one, whoever looks meanwhile.
        this.status = {
          ...message.status,
          plan: message.status.plan ?? this.status.plan,
          failure: this.work?.job.kind === 'status' ? this.status.failure : undefined,
        };
        break;
      case 'plan':
        this.status = { ...this.status, plan: message.plan };
        this.announce();
        break;
      case 'progress':
        this.status = { ...this.status, progress: message.progress };
        this.announce();
        break;
      case 'failed':
        this.status = {
          ...this.status,
          progress: undefined,
          obstacles: message.obstacles,
          failure: message.failure,
        };
    }
  }

  private unfinished(work: Work, end: Parameters<typeof describeEnd>[1]): void {
    this.status = { ...this.status, progress: undefined };
    if (work.cancelled || work.job.kind === 'status') {
      if (!work.cancelled) log('engine', `the installer ended early: ${end.errorTail}`);
      return;
    }
    const what = work.job.kind === 'remove' ? 'Removing native TensorFlow' : 'Setting up native TensorFlow';
    this.status = {
      ...this.status,
      failure: { ...describeEnd(what, end), hint: 'Start it again: what was downloaded is kept.' },
    };
  }

  private announce(): void {
    if (!this.disposed) this.options.onChange(this.status);
  }
}
