/**
 * One trainer process under a debug adapter: messages of the Debug Adapter Protocol to it and from it,
 * and how it ended. Knows no front end, and of the messages only that they are JSON.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { FrameReader } from '../shared/base/message-frames.js';
import { Tail, type ProcessEnd } from '../shared/base/process-end.js';
import { WithoutChatter } from '../shared/engine/library-chatter.js';
import { frameOf, type ProtocolMessage, type Received } from './adapter-messages.js';
import { installPlaces } from './install-places.js';
import { trainerEnvironment } from './trainer-environment.js';

export interface AdapterTrainerOptions {
  readonly onMessage: (received: Received) => void;
  /** Everything that it said has been handed out by then. */
  readonly onEnd: (end: ProcessEnd) => void;
}

export class AdapterTrainer {
  private readonly child: ChildProcess;
  private readonly channel: Duplex;
  private readonly errors = new Tail();
  readonly ended: Promise<void>;

  constructor(options: AdapterTrainerOptions) {
    this.child = spawn(process.execPath, [installPlaces.trainer, 'debug'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: trainerEnvironment(),
      // A process group of its own: Ctrl+C reaches this process alone, which asks the trainer to end well.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.passOn(this.child.stdout!);
    this.passOn(this.child.stderr!);
    this.channel = this.child.stdio[3] as Duplex;
    // A process that is gone breaks the pipe; its end says why.
    this.channel.on('error', () => this.channel.destroy());
    const reader = new FrameReader((body): Received => {
      const text = Buffer.from(body).toString('utf8');
      return { text, message: JSON.parse(text) as ProtocolMessage };
    });
    this.channel.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) if (frame.kind === 'message') options.onMessage(frame.message);
    });
    this.ended = new Promise((resolve) => {
      const finish = (end: ProcessEnd): void => {
        options.onEnd(end);
        resolve();
      };
      this.child.once('error', (error) => finish({ code: 1, signal: null, errorTail: String(error) }));
      this.child.once('close', (code, signal) => finish({ code, signal, errorTail: this.errors.toString() }));
    });
  }

  send(message: ProtocolMessage): void {
    if (this.channel.writable) this.channel.write(frameOf(JSON.stringify(message)));
  }

  /** As if the front end were gone: what the launch arguments say happens. */
  hangUp(): void {
    this.channel.end();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** While whoever reads what it says cannot keep up. */
  hold(held: boolean): void {
    if (held) this.channel.pause();
    else this.channel.resume();
  }

  /** Standard output is the protocol's, so everything that the trainer prints goes to the error stream. */
  private passOn(stream: NodeJS.ReadableStream): void {
    const output = new WithoutChatter();
    const pass = (text: string): void => {
      if (text === '') return;
      this.errors.add(text);
      process.stderr.write(text);
    };
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => pass(output.take(chunk)));
    stream.on('end', () => pass(output.flush()));
  }
}
