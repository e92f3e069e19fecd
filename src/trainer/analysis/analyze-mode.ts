/**
 * A long-lived process that answers one `AnalysisRequest` after the other over IPC. Whoever started
 * it enforces the time limit, by ending it.
 */
import * as tf from '@tensorflow/tfjs';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { messageOf } from '../../shared/base/message-of.js';
import { analysisRequest, type AnalysisReply } from '../../shared/protocol/analysis.js';
import { createExperimentLoader } from '../loader/experiment-loader.js';
import { endWithParent } from '../parent-watch.js';
import { captureConsole } from '../user-console.js';
import { exitProcess, guardExits } from '../user-exits.js';
import { analyze } from './analyze.js';
import { makeWeightsCheap } from './cheap-weights.js';

export async function analyzeMode(): Promise<void> {
  const say = (reply: AnalysisReply): void => void process.send?.(stringifyMessage(reply));
  process.on('disconnect', () => exitProcess(0));
  endWithParent(0);
  // An analysis says what is wrong with an experiment; what its code prints or leaves running says nothing more.
  captureConsole(() => undefined);
  guardExits(() => undefined);
  await tf.setBackend('cpu');
  makeWeightsCheap();
  const loader = createExperimentLoader();

  let queue: Promise<void> = Promise.resolve();
  process.on('message', (text: string) => {
    const { id, request } = parseMessage(text) as { readonly id: number; readonly request: unknown };
    queue = queue.then(async () => {
      try {
        const analysis = await analyze(loader, analysisRequest.parse(request), (work) =>
          say({ kind: 'working', id, work }),
        );
        say({ kind: 'analysis', id, analysis });
      } catch (error) {
        say({ kind: 'failure', id, message: messageOf(error) });
      }
    });
  });
  say({ kind: 'ready' });
}
