/** Has a process record the ops of an experiment's training step, and tells what is wrong with it. */
import { describeEnd } from '../shared/base/process-end.js';
import type { OpGraph } from '../shared/graph/op-graph.js';
import { unfinishedProblem, type WorkAhead } from '../shared/protocol/analysis.js';
import type { GraphRecording, RecordingReply, RecordingRequestInput } from '../shared/protocol/graph.js';
import type { Problem } from '../shared/protocol/training.js';
import { problemText } from './problem-text.js';
import { startTrainer } from './trainer-child.js';

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
  let result: GraphRecording | undefined;
  let failure: string | undefined;
  let work: WorkAhead | undefined;
  let outOfTime = false;
  let timer: NodeJS.Timeout | undefined;
  const trainer = startTrainer('record', {
    stdout: 2,
    onMessage: (message) => {
      const reply = message as RecordingReply;
      switch (reply.kind) {
        case 'ready':
          trainer.send({ id: 1, request });
          timer = setTimeout(() => {
            outOfTime = true;
            trainer.process.kill('SIGKILL');
          }, LIMIT_MS);
          break;
        case 'working':
          work = reply.work;
          break;
        case 'recording':
          result = reply.recording;
          trainer.process.kill();
          break;
        case 'failure':
          failure = reply.message;
          trainer.process.kill();
      }
    },
  });
  const killed = (): void => void trainer.process.kill('SIGKILL');
  process.once('exit', killed);
  const end = await trainer.ended;
  process.off('exit', killed);
  clearTimeout(timer);
  if (result) return result;
  const file = request.experiment;
  const problem: Problem = outOfTime
    ? unfinishedProblem(file, work, LIMIT_MS)
    : failure !== undefined
      ? { severity: 'error', file, message: failure, hint: 'This is a fault of Backstep, not of the experiment.' }
      : { severity: 'error', file, ...work?.place, ...describeEnd('Recording the step', end) };
  return { problems: [problem] };
}
