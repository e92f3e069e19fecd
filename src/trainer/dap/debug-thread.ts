/**
 * The debug thread: owns the pipe to the front end and answers on it while the training thread is
 * busy or stands still. Must never write to the console, which goes through the training thread.
 */
import { Socket } from 'node:net';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { onStuck } from '../script/stuck-watch.js';
import { frameMessage, MessageReader } from './dap-framing.js';
import { DebugSession } from './debug-session.js';
import { InspectorClient } from './inspector-client.js';
import { SharedFlags } from './shared-flags.js';
import type { DebugThreadSetup, FromTraining, ToTraining } from './thread-messages.js';

/** What is larger is no request. */
const LARGEST_REQUEST = 64 * 2 ** 20;
/** A front end that does not read must not keep the process. */
const LAST_WORDS_MS = 1_000;

const setup = workerData as DebugThreadSetup;
const training = parentPort!;
const flags = new SharedFlags(setup.flags);
const inspector = new InspectorClient();
const pipe = new Socket({ fd: setup.fd, readable: true, writable: true, allowHalfOpen: true });
const tell = (message: ToTraining): void => training.postMessage(message);

const takeIn = (): void => {
  for (let received = receiveMessageOnPort(training); received; received = receiveMessageOnPort(training)) {
    session.fromTraining(received.message as FromTraining);
  }
};

const session = new DebugSession({
  send: (message) => {
    if (pipe.writable) pipe.write(frameMessage(message));
  },
  inspector,
  flags,
  stoppingPlace: setup.stoppingPlace,
  catchUp: takeIn,
  control: (message) => {
    setup.control.postMessage(message);
    flags.announceControl();
  },
  start: (options) => tell({ kind: 'start', options }),
  exit: (exitCode) => void leave(exitCode),
  kill: () => {
    const kill = (): void => void process.kill(process.pid, 'SIGKILL');
    if (!pipe.writable) kill();
    else pipe.end(kill);
    setTimeout(kill, LAST_WORDS_MS);
  },
});

pipe.on('error', () => pipe.destroy());
pipe.on('close', () => session.disconnected());
pipe.on('end', () => session.disconnected());
training.on('message', (message: FromTraining) => session.fromTraining(message));
onStuck((problem) => session.observed({ kind: 'notice', ...problem }));

const connected = session.connect();

async function leave(exitCode: number): Promise<void> {
  // The inspector cannot be left in the middle of connecting.
  await connected;
  inspector.disconnect();
  if (pipe.writable) pipe.end(() => tell({ kind: 'exit', exitCode }));
  else tell({ kind: 'exit', exitCode });
}

await connected;
// Read only now, for a training that is started before the inspector listens could not be stopped.
const reader = new MessageReader((bytes) => session.skipped(bytes), LARGEST_REQUEST);
pipe.on('data', (chunk: Buffer) => {
  for (const message of reader.push(chunk)) session.handle(message);
});
// Nothing else may hold this thread while the training one stands still.
setInterval(() => undefined, 1 << 30);
