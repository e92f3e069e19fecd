/**
 * What a front end and the adapter say to each other, as text to compare with a file in `golden/`:
 * without times, processes and paths, and numbers to a few digits. `UPDATE_GOLDEN=1` renews the files.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect } from 'vitest';
import { MessageReader } from '../../../src/trainer/dap/dap-framing.js';
import type { Workspace } from '../trainer/built.js';
import { AdapterClient } from './adapter.js';

/** Batches of training events and reports of progress come as time has it, and are tested by themselves. */
const asTimeHasIt = new Set(['backstep/training', 'progressStart', 'progressUpdate', 'progressEnd']);
/** What differs from one machine or run to the next. */
const varying = new Set(['systemProcessId', 'stackTrace', 'sourceReference', 'spark']);

export class Transcript {
  readonly client: AdapterClient;
  private readonly lines: string[] = [];
  /** Numbers of requests that are no part of the session. */
  private readonly unlogged = new Set<number>();

  constructor(private readonly place: Workspace) {
    this.client = AdapterClient.onStdio(place);
    const reader = new MessageReader();
    this.client.process.stdout!.on('data', (chunk: Buffer) => {
      for (const message of reader.push(chunk)) this.receive(message as DebugProtocol.ProtocolMessage);
    });
  }

  /** Sends one request, and goes on when it has been answered, whatever the answer. */
  async send(command: string, args?: object): Promise<unknown> {
    this.lines.push(`→ ${command}${args ? ` ${this.text(args)}` : ''}`);
    const body = await this.answer(command, args);
    // What follows the answer at once comes before the answer to this.
    if (command !== 'disconnect') {
      this.unlogged.add((this.client as unknown as { readonly sequence: number }).sequence);
      await this.answer('threads');
    }
    return body;
  }

  private async answer(command: string, args?: object): Promise<unknown> {
    try {
      return ((await this.client.customRequest(command, args)) as DebugProtocol.Response).body;
    } catch (error) {
      // A refusal is in the transcript.
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  /** The same, and goes on when training has stopped by it. */
  async sendAndStop(command: string, args?: object): Promise<void> {
    const stopped = this.client.waitForEvent('stopped');
    await this.send(command, args);
    await stopped;
  }

  async sendAndEnd(command: string, args?: object): Promise<void> {
    const exited = this.client.waitForEvent('exited');
    await this.send(command, args);
    await exited;
  }

  compare(name: string): void {
    const file = path.resolve('tests/integration/dap/golden', `${name}.txt`);
    const text = `${this.lines.join('\n')}\n`;
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    expect(text, `${file}: UPDATE_GOLDEN=1 renews it`).toBe(readFileSync(file, 'utf8'));
  }

  private receive(message: DebugProtocol.ProtocolMessage): void {
    const { event, command, success, message: said, body } = message as DebugProtocol.Event & DebugProtocol.Response;
    if (asTimeHasIt.has(event) || this.unlogged.has((message as DebugProtocol.Response).request_seq)) return;
    if (message.type === 'event') this.lines.push(`* ${event}${body === undefined ? '' : ` ${this.text(body)}`}`);
    else if (success) this.lines.push(`← ${command}${body === undefined ? '' : ` ${this.text(body)}`}`);
    else this.lines.push(`✗ ${command}: ${said}`);
  }

  private text(value: unknown): string {
    const text = JSON.stringify(value, (key, one: unknown) => (varying.has(key) ? undefined : one))!;
    return text
      .replaceAll(this.place.folder, '<folder>')
      .replace(/runs\/[\w.-]+/g, 'runs/<run>')
      .replace(/-?\d+\.\d{4,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toPrecision(3))));
  }
}
