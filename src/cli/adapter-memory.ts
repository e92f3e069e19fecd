/**
 * What a front end has set in a debugging session, to set it again in the next trainer when it restarts,
 * and the numbers of breakpoints, which stay the same for it. Pure; starts and sends nothing.
 */
import { objectIn, type ProtocolMessage } from './adapter-messages.js';

export interface Remembered {
  readonly command: string;
  readonly args: unknown;
  /** Of its breakpoints, as the front end knows them. */
  readonly numbers: readonly (number | undefined)[];
}

/** In the order in which they are sent again; what comes between is in the order in which it was sent. */
const first = ['initialize', 'launch'];
const last = ['configurationDone'];
const settings = new Set([
  ...first,
  'setBreakpoints',
  'setFunctionBreakpoints',
  'setDataBreakpoints',
  'setInstructionBreakpoints',
  'setExceptionBreakpoints',
  'backstep/setTrainingBreakpoints',
  'backstep/setJustMyCode',
  ...last,
]);

export class AdapterMemory {
  private readonly remembered = new Map<string, Remembered>();
  private nextNumber = 1;
  /** The trainer's number of a breakpoint → the front end's. */
  private numbers = new Map<number, number>();

  /** A request has been answered, in the front end's numbers. */
  note(command: string, args: unknown, answer: ProtocolMessage): void {
    if (!settings.has(command) || answer.success !== true) return;
    const path = objectIn(objectIn(args)?.['source'])?.['path'];
    const key = command === 'setBreakpoints' ? `${command} ${String(path)}` : command;
    this.remembered.set(key, { command, args, numbers: numbersIn(answer) });
  }

  /** What the next trainer is told, in this order. `launch` takes the place of the arguments that it was launched with. */
  script(launch: unknown): Remembered[] {
    const all = [...this.remembered.values()].map((one) =>
      one.command === 'launch' && launch !== undefined ? { ...one, args: launch } : one,
    );
    const rank = ({ command }: Remembered): number =>
      first.includes(command) ? first.indexOf(command) : last.includes(command) ? 9 : 5;
    return all.sort((a, b) => rank(a) - rank(b));
  }

  get wasLaunched(): boolean {
    return this.remembered.has('launch');
  }

  /** Another trainer numbers its breakpoints anew. */
  newTrainer(): void {
    this.numbers = new Map();
  }

  /** The new trainer has answered what was sent again. */
  match({ numbers }: Remembered, answer: ProtocolMessage): void {
    for (const [index, number] of numbersIn(answer).entries()) {
      const known = numbers[index];
      if (number !== undefined && known !== undefined) this.numbers.set(number, known);
    }
  }

  /** A message of the trainer's with the front end's numbers of breakpoints; the same one where it names none. */
  translated(message: ProtocolMessage): ProtocolMessage {
    const body = objectIn(message.body);
    if (!body) return message;
    if (message.type === 'response' && Array.isArray(body['breakpoints']) && numbersIn(message).some(isNumber)) {
      const breakpoints = (body['breakpoints'] as readonly unknown[]).map((one) => this.breakpoint(one));
      return { ...message, body: { ...body, breakpoints } };
    }
    if (message.event === 'breakpoint') {
      return { ...message, body: { ...body, breakpoint: this.breakpoint(body['breakpoint']) } };
    }
    const hit = body['hitBreakpointIds'];
    if (message.event === 'stopped' && Array.isArray(hit)) {
      const ids = hit.map((id: unknown) => (isNumber(id) ? this.numberOf(id) : id));
      return { ...message, body: { ...body, hitBreakpointIds: ids } };
    }
    return message;
  }

  private breakpoint(value: unknown): unknown {
    const breakpoint = objectIn(value);
    const id = breakpoint?.['id'];
    return isNumber(id) ? { ...breakpoint, id: this.numberOf(id) } : value;
  }

  private numberOf(trainers: number): number {
    const known = this.numbers.get(trainers);
    if (known !== undefined) return known;
    const number = this.nextNumber++;
    this.numbers.set(trainers, number);
    return number;
  }
}

function numbersIn({ body }: ProtocolMessage): (number | undefined)[] {
  const breakpoints = objectIn(body)?.['breakpoints'];
  if (!Array.isArray(breakpoints)) return [];
  return breakpoints.map((one) => {
    const id = objectIn(one)?.['id'];
    return isNumber(id) ? id : undefined;
  });
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
