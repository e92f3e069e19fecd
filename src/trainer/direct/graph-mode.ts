/**
 * Trains until a step has been compiled, writes its graph, and ends. A `GraphRequest` comes in over IPC,
 * `GraphReply`s go out. Exit codes: 0 written, 1 not.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { writeFileSync } from 'node:fs';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { messageOf } from '../../shared/base/message-of.js';
import { GraphDefSchema } from '../../shared/generated/tensorflow/core/framework/graph_pb.js';
import { textOfMessage } from '../../shared/graph/text-format.js';
import type { GraphReply, GraphRequest } from '../../shared/protocol/graph.js';
import { runOptions } from '../../shared/protocol/training.js';
import { endWithParent } from '../parent-watch.js';
import type { CompiledStep } from '../runtime/compiled/compiled-step.js';
import type { TrainingHost } from '../runtime/training-host.js';
import { TrainingProcess } from '../training-process.js';
import { captureConsole } from '../user-console.js';
import { exitProcess, guardExits } from '../user-exits.js';

export async function graphMode(): Promise<void> {
  const say = (reply: GraphReply): void => void process.send?.(stringifyMessage(reply));
  process.on('disconnect', () => exitProcess(0));
  endWithParent(0);
  captureConsole(() => undefined);
  const training = new TrainingProcess();
  guardExits((error) => training.fail(error));
  const { options, format, out } = await new Promise<GraphRequest>((resolve) => {
    process.once('message', (text: string) => resolve(parseMessage(text) as GraphRequest));
  });

  let written = false;
  let failure: unknown;
  const host: TrainingHost = {
    emit: (event) => {
      switch (event.kind) {
        case 'error':
          say({ kind: 'problem', problem: { severity: 'error', ...event } });
          break;
        case 'speed':
          if (event.speed === 'eager') say({ kind: 'eager', reason: event.reason ?? 'it is not compiled' });
          break;
        default:
      }
    },
    compiled: (step) => {
      if (written) return;
      try {
        say({ kind: 'written', text: write(step, format, out) });
        written = true;
      } catch (error) {
        failure = error;
      }
    },
    mayStopAfter: () => false,
    wantsGradientNorms: false,
    afterStep: () => undefined,
    afterEpoch: () => undefined,
    get stopRequested() {
      return written || failure !== undefined;
    },
  };
  await training.run(runOptions.parse(options), host);
  if (failure !== undefined) {
    const reason = messageOf(failure);
    say({ kind: 'problem', problem: { severity: 'error', message: `The graph could not be written: ${reason}` } });
  }
  // What was said must have left before the process ends.
  process.send?.(stringifyMessage({ kind: 'finished' }), () => exitProcess(written ? 0 : 1));
}

function write(step: CompiledStep, format: GraphRequest['format'], out: string | undefined): string | undefined {
  switch (format) {
    case 'savedmodel':
      if (out === undefined) throw new Error('a SavedModel is a folder, and none was named');
      step.savedModel(out);
      return undefined;
    case 'pbtxt': {
      const text = textOfMessage(GraphDefSchema, fromBinary(GraphDefSchema, step.graphDef()));
      if (out === undefined) return text;
      writeFileSync(out, text);
      return undefined;
    }
  }
}
