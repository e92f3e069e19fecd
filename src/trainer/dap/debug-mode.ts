/** Trains as a debug adapter: the debug thread speaks with the front end on a pipe, this thread trains. */
import { fstatSync } from 'node:fs';
import { MessageChannel, Worker } from 'node:worker_threads';
import { messageOf } from '../../shared/base/message-of.js';
import { TrainingProcess } from '../training-process.js';
import { captureConsole } from '../user-console.js';
import { exitProcess, guardExits } from '../user-exits.js';
import { isEntered } from './entered-code.js';
import { DebugHost } from './debug-host.js';
import { LineService } from './line-service.js';
import { SharedFlags } from './shared-flags.js';
import { stoppingPlace } from './stopping-place.js';
import type { DebugThreadSetup, FromTraining, ToTraining } from './thread-messages.js';

/** Of the duplex pipe that the parent process opens: `stdio: ['ignore', 'pipe', 'pipe', 'pipe']`. */
const PIPE = 3;

export function debugMode(): void {
  try {
    fstatSync(PIPE);
  } catch {
    process.stderr.write('The debug adapter speaks on file descriptor 3, which is not open.\n');
    exitProcess(2);
  }
  const flags = new SharedFlags();
  const { port1: controlIn, port2: controlOut } = new MessageChannel();
  const thread = new Worker(new URL('./debug-thread.js', import.meta.url), {
    workerData: { flags: flags.memory, control: controlOut, stoppingPlace, fd: PIPE } satisfies DebugThreadSetup,
    transferList: [controlOut],
  });
  const post = (message: FromTraining): void => thread.postMessage(message);

  const training = new TrainingProcess(true);
  const host = new DebugHost({
    flags,
    control: controlIn,
    post,
    scope: () => ({ model: training.model, optimizer: training.optimizer }),
    source: () => training.source,
    diagnosis: training.diagnosis,
  });
  new LineService({
    post,
    names: () => host.namesInReach(),
    isRecording: () => host.isRecording,
    testing: (id) => (flags.lineUnderTest = id ?? 0),
    log: (text, place) =>
      host.emit({ kind: 'log', level: 'log', text, file: place?.file, line: place?.line, wallTime: Date.now() }),
  });
  const finish = (exitCode: number): void => {
    host.flush();
    post({ kind: 'finished', exitCode });
  };
  captureConsole((event) => {
    if (!training.isOver) host.emit(event);
  });
  guardExits((error) => {
    if (!isEntered()) return training.fail(error);
    const text = `What was entered at a stop has failed since: ${messageOf(error)}`;
    host.emit({ kind: 'log', level: 'error', text, wallTime: Date.now() });
  });
  // Interrupts an expression of the person's (see `InspectorClient.interrupt`); the training it leaves alone:
  // whoever started this process ends it by the protocol.
  process.on('SIGINT', () => undefined);

  thread.on('error', (error) => {
    process.stderr.write(`The debug thread failed: ${error.stack ?? error.message}\n`);
    exitProcess(1);
  });
  thread.on('message', (message: ToTraining) => {
    switch (message.kind) {
      case 'start':
        void training.run(message.options, host).then(finish);
        break;
      case 'exit':
        exitProcess(message.exitCode);
    }
  });
}
