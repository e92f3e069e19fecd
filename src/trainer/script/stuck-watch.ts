/**
 * Notices that a script holds its thread for long without a step: a loop that does not end says nothing
 * itself. Watches from a thread of its own, which has no file: it needs nothing but Node.
 */
import { BroadcastChannel, Worker } from 'node:worker_threads';
import type { Problem } from '../../shared/protocol/training.js';
import { isPersons, pathOf } from '../loader/stack-frames.js';

const AFTER_MS = 15_000;
const EVERY_MS = 1_000;

/** Where it is said in a process whose debugger is another thread's; takes a `Problem`. */
const stuckChannel = 'backstep.stuck';
/** Name of the function that the watching thread calls in this one, in the middle of whatever it does. */
const callback = 'backstep.stuck';

interface SeenFrame {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

const watch = `
const { workerData, BroadcastChannel } = require('node:worker_threads');
const { Session } = require('node:inspector');
const beats = new Int32Array(workerData.beats);
let last = -1, since = 0, told = false;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  if (now !== last) { last = now; since = Date.now(); told = false; return; }
  if (told || Date.now() - since < workerData.afterMs) return;
  told = true;
  if (!workerData.looks) {
    const channel = new BroadcastChannel(workerData.channel);
    channel.postMessage(workerData.problem);
    channel.close();
    return;
  }
  const session = new Session();
  session.connectToMainThread();
  const leave = () => session.post('Debugger.disable', () => session.disconnect());
  const urls = new Map();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  session.once('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.map(({ location }) => ({ url: urls.get(location.scriptId) ?? '', line: location.lineNumber + 1, column: (location.columnNumber ?? 0) + 1 }));
    const expression = 'globalThis[Symbol.for(' + JSON.stringify(workerData.callback) + ')](' + JSON.stringify(frames) + ')';
    session.post('Debugger.evaluateOnCallFrame', { callFrameId: params.callFrames[0].callFrameId, expression, silent: true }, leave);
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}, ${EVERY_MS});
`;

export interface StuckWatch {
  /** A step begins or ends: it is not stuck. */
  beat(): void;
  stop(): void;
}

/**
 * @param options.looks whether it may look where the script is, which no other debugger of this process must be
 *   disturbed by; without, `stuckChannel` is told
 * @param options.tell told where the script is, from the middle of what it does
 */
export function watchForStuck(options: {
  readonly file: string;
  readonly looks: boolean;
  readonly afterMs?: number;
  tell(problem: Problem): void;
}): StuckWatch {
  const { file, looks, tell, afterMs = AFTER_MS } = options;
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const beat = (): void => void Atomics.add(beats, 0, 1);
  const problem: Problem = {
    severity: 'info',
    message: `The script has held its thread for ${Math.round(afterMs / 1000)} s without finishing a step: a loop may not end, or a step takes long.`,
    hint: looks ? 'End it with Ctrl+C where it should not be there.' : 'Pause stops at the line that it is at.',
    file,
  };
  Object.defineProperty(globalThis, Symbol.for(callback), {
    configurable: true,
    value: (frames: readonly SeenFrame[]) => {
      const places = frames.map(({ url, line, column }) => ({ file: pathOf(url), line, column }));
      const own = places.find((place) => place.file !== undefined && isPersons(place.file));
      tell({ ...problem, ...(own ? { ...own, file: own.file } : {}) });
    },
  });
  const thread = new Worker(watch, {
    eval: true,
    workerData: { beats: beats.buffer, afterMs, looks, problem, channel: stuckChannel, callback },
  });
  thread.unref();
  // Turns of the event loop count, too: a script that waits is not stuck.
  const timer = setInterval(beat, EVERY_MS / 2);
  timer.unref();
  return {
    beat,
    stop: () => {
      clearInterval(timer);
      void thread.terminate();
    },
  };
}

/** Tells of scripts that are stuck on other threads of this process. */
export function onStuck(tell: (problem: Problem) => void): void {
  const channel = new BroadcastChannel(stuckChannel);
  channel.onmessage = (message: unknown) => tell((message as { readonly data: Problem }).data);
  channel.unref();
}
