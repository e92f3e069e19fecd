/** Why a child process that should not have ended did, in plain words and with what to do next. Pure. */

export interface ProcessEnd {
  readonly code: number | null | undefined;
  /** By name, such as SIGKILL. */
  readonly signal: string | null | undefined;
  /** The last that the process wrote to its error stream. */
  readonly errorTail: string;
}

export interface EndDescription {
  readonly message: string;
  readonly hint: string;
}

/** What V8 and Node print when the JavaScript heap is full. */
const HEAP_FULL =
  /heap out of memory|Allocation failed - JavaScript heap|ERR_WORKER_OUT_OF_MEMORY|Array buffer allocation failed/;
/** Windows' own codes for what are signals elsewhere. */
const WINDOWS_CRASHES: Readonly<Record<number, string>> = {
  0xc0000005: 'access violation',
  0xc0000374: 'heap corruption',
  0xc00000fd: 'stack overflow',
  0xc0000409: 'stack buffer overrun',
};

/** `who` begins the sentence, such as "Training". */
export function describeEnd(who: string, end: ProcessEnd): EndDescription {
  if (HEAP_FULL.test(end.errorTail)) {
    return {
      message: `${who} ran out of memory (the JavaScript heap is full).`,
      hint: 'Use a smaller batch, smaller images or fewer units; or start Backstep with NODE_OPTIONS=--max-old-space-size=8192.',
    };
  }
  if (end.signal === 'SIGKILL') {
    return {
      message: `${who} was ended by the system (SIGKILL).`,
      hint: 'This is what Linux does when memory runs out: close other programs, or use a smaller batch or smaller images. Somebody may also have ended the process by hand.',
    };
  }
  const crash = end.signal ?? WINDOWS_CRASHES[(end.code ?? 0) >>> 0];
  if (crash === 'SIGTERM' || crash === 'SIGINT' || crash === 'SIGHUP') {
    return { message: `${who} was ended from outside (${crash}).`, hint: 'Run it again when you like.' };
  }
  if (crash) {
    return {
      message: `${who} crashed in native code (${crash}).`,
      hint: 'Run it again with another backend (for example cpu). If it happens again, report it with the lines below.',
    };
  }
  const lastLine = lastErrorLine(end.errorTail);
  return {
    message: `${who} ended by itself (exit code ${end.code ?? 'unknown'})${lastLine ? `: ${lastLine}` : '.'}`,
    hint: 'If the experiment calls process.exit(), remove that; otherwise the lines it printed last say why.',
  };
}

/** What Node itself says on its way out, whatever the cause. */
const nodesOwn = /^(?:Node\.js v|Waiting for the debugger to disconnect|Debugger (?:listening|attached|ending))/;

/** The line of a stack trace that names the error, else the last that says anything. */
function lastErrorLine(tail: string): string | undefined {
  const lines = tail
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length > 0);
  const named = lines.findLast((line) => /^(?:Uncaught )?\w*(?:Error|Exception)\b.*:/.test(line));
  return (named ?? lines.findLast((line) => !line.startsWith('at ') && !nodesOwn.test(line)))?.slice(0, 300);
}

/** The last kilobytes of a text that goes on and on. */
export class Tail {
  private text = '';

  constructor(private readonly length = 8192) {}

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-this.length);
  }

  toString(): string {
    return this.text;
  }
}
