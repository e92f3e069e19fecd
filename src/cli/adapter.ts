/**
 * A debug adapter for one front end: stands between it and the trainer, starts another trainer when the
 * front end restarts, and answers for a trainer that is gone. Each request gets one response. Knows
 * streams and processes, and of the protocol only what that takes.
 */
import type { Readable, Writable } from 'node:stream';
import { FrameReader } from '../shared/base/message-frames.js';
import { describeEnd, type ProcessEnd } from '../shared/base/process-end.js';
import { AdapterMemory } from './adapter-memory.js';
import { frameOf, objectIn, type ProtocolMessage, type Received } from './adapter-messages.js';
import { AdapterTrainer } from './adapter-trainer.js';
import { exitCodes } from './exit-codes.js';
import { withFreeRunFolder } from './next-run-folder.js';

/** What waits for an answer of the trainer's. */
type Waiting =
  | { readonly kind: 'client'; readonly request: ProtocolMessage }
  | { readonly kind: 'own'; resolve(answer: ProtocolMessage): void };

/** Events about the session, which outlives a training that is restarted. */
const sessionsOwn = new Set(['initialized', 'terminated', 'exited']);

/** A front end that has been told of the end says goodbye, or restarts, within this time. */
const GOODBYE_MS = 5_000;
/** A training that is restarted is asked to end for as long; saving and the step under way must fit. */
const RESTART_GRACE_MS = 10_000;
/** What is larger is no request. */
const LARGEST_REQUEST = 64 * 2 ** 20;

export class Adapter {
  private trainer: AdapterTrainer | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private readonly memory = new AdapterMemory();
  private sequenceOut = 1;
  private sequenceIn = 1;
  private restarting: 'no' | 'ending' | 'starting' = 'no';
  /** Requests that came during a restart, and what the new trainer said before its end. */
  private held: ProtocolMessage[] = [];
  private heldBack: Received[] = [];
  private saidExited = false;
  private exitCode: number = exitCodes.done;
  private goodbye: NodeJS.Timeout | undefined;
  private gone = false;
  /** The front end has said goodbye. */
  private leaving = false;
  private readonly whenFinished: Promise<number>;
  private finish: (exitCode: number) => void = () => undefined;

  constructor(
    input: Readable,
    private readonly output: Writable,
  ) {
    this.whenFinished = new Promise((resolve) => (this.finish = resolve));
    this.startTrainer();
    const reader = new FrameReader(
      (body) => JSON.parse(Buffer.from(body).toString('utf8')) as ProtocolMessage,
      LARGEST_REQUEST,
    );
    input.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind === 'message') this.take(frame.message);
        else this.say(`${frame.bytes} bytes were passed by that are no message of the Debug Adapter Protocol.`);
      }
    });
    const gone = (): void => this.hangUp();
    input.on('end', gone).on('close', gone).on('error', gone);
    output.on('error', gone).on('close', gone);
    output.on('drain', () => this.trainer?.hold(false));
  }

  /** The exit code of the last trainer, once it is over. */
  get finished(): Promise<number> {
    return this.whenFinished;
  }

  /** The front end is gone: the training does what its launch arguments say. */
  hangUp(): void {
    if (this.gone) return;
    this.gone = true;
    this.trainer?.hold(false);
    if (this.trainer) this.trainer.hangUp();
    else this.finish(this.exitCode);
  }

  private take(request: ProtocolMessage): void {
    if (objectIn(request)?.['type'] !== 'request') return;
    if (this.restarting !== 'no') {
      this.held.push(request);
      return;
    }
    const { command } = request;
    if (command === 'disconnect') this.leaving = true;
    if (command === 'restart') {
      void this.restart(request);
      return;
    }
    const { trainer } = this;
    if (!trainer) {
      this.answerWithoutTrainer(request);
      return;
    }
    this.ask(trainer, command === 'cancel' ? this.cancelOf(request) : request, { kind: 'client', request });
  }

  private ask(trainer: AdapterTrainer, request: ProtocolMessage, waiting: Waiting): void {
    const seq = this.sequenceIn++;
    this.waiting.set(seq, waiting);
    trainer.send({ ...request, seq });
  }

  /** The trainer knows requests by the numbers that they have here. */
  private cancelOf(request: ProtocolMessage): ProtocolMessage {
    const args = objectIn(request.arguments);
    const wanted = args?.['requestId'];
    if (wanted === undefined) return request;
    const known = [...this.waiting].find(([, one]) => one.kind === 'client' && one.request.seq === wanted);
    return { ...request, arguments: { ...args, requestId: known?.[0] ?? -1 } };
  }

  private answerWithoutTrainer(request: ProtocolMessage): void {
    const { command } = request;
    if (command === 'disconnect') {
      this.respond(request, { success: true });
      this.end();
    } else if (command === 'terminate' || command === 'cancel') this.respond(request, { success: true });
    else this.respond(request, { success: false, message: 'Training has ended.' });
  }

  private startTrainer(): AdapterTrainer {
    this.saidExited = false;
    const trainer: AdapterTrainer = new AdapterTrainer({
      onMessage: (received) => this.fromTrainer(trainer, received),
      onEnd: (end) => this.trainerEnded(trainer, end),
    });
    this.trainer = trainer;
    this.memory.newTrainer();
    return trainer;
  }

  private fromTrainer(trainer: AdapterTrainer, received: Received): void {
    const { message } = received;
    if (message.type === 'response') {
      const seq = Number(message.request_seq);
      const waiting = this.waiting.get(seq);
      this.waiting.delete(seq);
      if (waiting?.kind === 'own') waiting.resolve(message);
      else if (waiting) this.passResponse(waiting.request, received);
      return;
    }
    if (trainer !== this.trainer) return;
    // A training that ends for a restart is not the session's end, nor is the next one a new session.
    if (this.restarting !== 'no' && sessionsOwn.has(String(message.event))) return;
    if (this.restarting === 'starting') {
      this.heldBack.push(received);
      return;
    }
    if (message.event === 'exited') this.exits(Number(objectIn(message.body)?.['exitCode'] ?? 0));
    this.pass(received);
  }

  private passResponse(request: ProtocolMessage, { message, text }: Received): void {
    const { command } = request;
    if (command === 'initialize' && message.success === true) {
      const body = { ...objectIn(message.body), supportsRestartRequest: true };
      this.memory.note(command, request.arguments, message);
      this.write({ ...message, request_seq: request.seq, body });
      return;
    }
    const translated = this.memory.translated(message);
    this.memory.note(String(command), request.arguments, translated);
    // Numbers that JSON does not have are spelled in it, which is left as it is.
    if (translated !== message || typeof request.seq !== 'number')
      this.write({ ...translated, request_seq: request.seq });
    else this.writeText(text.replace(/"request_seq":\d+/, `"request_seq":${request.seq}`));
  }

  private pass({ message, text }: Received): void {
    const translated = this.memory.translated(message);
    if (translated !== message) this.write(translated);
    else this.writeText(text);
  }

  private exits(exitCode: number): void {
    this.saidExited = true;
    this.exitCode = exitCode;
  }

  private trainerEnded(trainer: AdapterTrainer, end: ProcessEnd): void {
    if (trainer !== this.trainer) return;
    this.trainer = undefined;
    this.refuseWaiting(this.restarting === 'ending' ? 'Training was restarted.' : 'Training has ended.');
    if (this.restarting !== 'no') return;
    const asked = this.gone || this.leaving;
    if (!this.saidExited) this.exitCode = end.code ?? exitCodes.failed;
    if (!this.saidExited && !asked) {
      const { message, hint } = describeEnd('Training', end);
      this.say(`${message} ${hint}`);
      this.sayEnded(this.exitCode);
    }
    if (asked) this.end();
    else this.goodbye = setTimeout(() => this.end(), GOODBYE_MS);
  }

  private async restart(request: ProtocolMessage): Promise<void> {
    if (!this.memory.wasLaunched) {
      this.respond(request, { success: false, message: 'Nothing has been launched yet: send `launch` first.' });
      return;
    }
    clearTimeout(this.goodbye);
    this.restarting = 'ending';
    await this.endForRestart();
    this.restarting = 'starting';
    const launch = objectIn(request.arguments)?.['arguments'];
    const problem = this.gone ? 'The front end is gone.' : await this.startAgain(launch);
    this.respond(request, problem === undefined ? { success: true } : { success: false, message: problem });
    this.restarting = 'no';
    const { trainer } = this;
    if (trainer) for (const received of this.heldBack.splice(0)) this.fromTrainer(trainer, received);
    if (problem !== undefined) await this.endFailedRestart();
    for (const one of this.held.splice(0)) this.take(one);
    if (!this.gone) return;
    if (this.trainer) this.trainer.hangUp();
    else this.end();
  }

  private async endForRestart(): Promise<void> {
    const { trainer } = this;
    if (!trainer) return;
    trainer.send({ seq: this.sequenceIn++, type: 'request', command: 'disconnect', arguments: { restart: true } });
    const timer = setTimeout(() => trainer.kill(), RESTART_GRACE_MS);
    await trainer.ended;
    clearTimeout(timer);
  }

  /** @returns what went wrong */
  private async startAgain(launch: unknown): Promise<string | undefined> {
    const trainer = this.startTrainer();
    for (const step of this.memory.script(launch)) {
      const { command, args } = step;
      const sent = command === 'launch' ? withFreeRunFolder(args) : args;
      const answer = await new Promise<ProtocolMessage>((resolve) =>
        this.ask(trainer, { type: 'request', command, arguments: sent }, { kind: 'own', resolve }),
      );
      if (answer.success !== true) return String(answer.message ?? `${command} failed.`);
      if (command === 'launch') this.memory.note(command, args, answer);
      this.memory.match(step, answer);
    }
    return undefined;
  }

  private async endFailedRestart(): Promise<void> {
    const { trainer } = this;
    this.trainer = undefined;
    trainer?.kill();
    await trainer?.ended;
    this.sayEnded(exitCodes.failed);
    this.goodbye = setTimeout(() => this.end(), GOODBYE_MS);
  }

  private refuseWaiting(message: string): void {
    for (const waiting of this.waiting.values()) {
      if (waiting.kind === 'own') waiting.resolve({ type: 'response', success: false, message });
      else if (waiting.request.command === 'disconnect') this.respond(waiting.request, { success: true });
      else this.respond(waiting.request, { success: false, message });
    }
    this.waiting.clear();
  }

  private sayEnded(exitCode: number): void {
    this.exits(exitCode);
    this.write({ type: 'event', event: 'terminated' });
    this.write({ type: 'event', event: 'exited', body: { exitCode } });
  }

  private say(text: string): void {
    this.write({ type: 'event', event: 'output', body: { category: 'important', output: `${text}\n` } });
  }

  private respond(request: ProtocolMessage, rest: { readonly success: boolean; readonly message?: string }): void {
    this.write({ type: 'response', request_seq: request.seq, command: request.command, ...rest });
  }

  private write(message: ProtocolMessage): void {
    this.send(JSON.stringify({ ...message, seq: this.sequenceOut++ }));
  }

  /** The trainer's own text but for its number, which comes first in it. */
  private writeText(text: string): void {
    this.send(text.replace(/^\{"seq":\d+/, `{"seq":${this.sequenceOut++}`));
  }

  private send(text: string): void {
    if (!this.output.writable) return;
    if (!this.output.write(frameOf(text)) && !this.gone) this.trainer?.hold(true);
  }

  private end(): void {
    clearTimeout(this.goodbye);
    this.finish(this.exitCode);
  }
}
