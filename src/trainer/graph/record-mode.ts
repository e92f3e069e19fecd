/**
 * A process that answers one `RecordingRequest` after the other over IPC with the ops of a training
 * step. Whoever started it enforces the time limit, by ending it.
 */
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { messageOf } from '../../shared/base/message-of.js';
import { recordingRequest, type RecordingReply } from '../../shared/protocol/graph.js';
import { createExperimentLoader } from '../loader/experiment-loader.js';
import { endWithParent } from '../parent-watch.js';
import { BackendError, chooseBackend } from '../runtime/backend/backend.js';
import { captureConsole } from '../user-console.js';
import { exitProcess, guardExits } from '../user-exits.js';
import { recordExperiment } from './record-experiment.js';

export async function recordMode(): Promise<void> {
  const say = (reply: RecordingReply): void => void process.send?.(stringifyMessage(reply));
  process.on('disconnect', () => exitProcess(0));
  endWithParent(0);
  captureConsole(() => undefined);
  guardExits(() => undefined);
  const loader = createExperimentLoader();

  let queue: Promise<void> = Promise.resolve();
  process.on('message', (text: string) => {
    const { id, request } = parseMessage(text) as { readonly id: number; readonly request: unknown };
    queue = queue.then(async () => {
      try {
        say({ kind: 'recording', id, recording: await answer(request, (work) => say({ kind: 'working', id, work })) });
      } catch (error) {
        say({ kind: 'failure', id, message: messageOf(error) });
      }
    });
  });
  say({ kind: 'ready' });

  async function answer(given: unknown, announce: Parameters<typeof recordExperiment>[2]) {
    const request = recordingRequest.parse(given);
    try {
      // Before the person's code, which may make tensors as it is loaded.
      await chooseBackend(request.backend);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      const { message, hint } = error;
      return { problems: [{ severity: 'error' as const, message, hint, file: request.experiment }] };
    }
    return recordExperiment(loader, request, announce);
  }
}
