/** Has a process record the ops of an experiment's training step, and tells what is wrong with it. */
import type { OpGraph } from '../shared/graph/op-graph.js';
import type { GraphRecording, RecordingReply, RecordingRequestInput } from '../shared/protocol/graph.js';
import { askTrainer } from './ask-trainer.js';
import { problemText } from './problem-text.js';

/** Data may have to be read and a large model to take two steps; what takes longer does not come to an end. */
const LIMIT_MS = 300_000;

/** `undefined` where there is none; why has been said on the error stream by then. */
export async function recordedGraph(request: RecordingRequestInput): Promise<OpGraph | undefined> {
  const { graph, problems } = await recording(request);
  for (const problem of problems.filter(({ severity }) => severity !== 'info'))
    process.stderr.write(`${problemText(problem)}\n`);
  return graph;
}

async function recording(request: RecordingRequestInput): Promise<GraphRecording> {
  const asked = await askTrainer({
    mode: 'record',
    request,
    limitMs: LIMIT_MS,
    doing: 'Recording the step',
    answerOf: (message) => {
      const reply = message as RecordingReply;
      return reply.kind === 'recording' ? reply.recording : undefined;
    },
  });
  return 'answer' in asked ? asked.answer : { problems: [asked.problem] };
}
