/**
 * Asks a trainer one question about an experiment, in a process of its own that ends with the answer. What
 * keeps it from answering becomes a problem for the person.
 */
import { describeEnd } from '../shared/base/process-end.js';
import { unfinishedProblem, type WorkAhead } from '../shared/protocol/analysis.js';
import type { Problem } from '../shared/protocol/training.js';
import { startTrainer } from './trainer-child.js';

/** What every such process says, beside its own kind of answer. */
type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'working'; readonly work: WorkAhead }
  | { readonly kind: 'failure'; readonly message: string };

export interface Question<Request, Answer> {
  readonly mode: 'analyze' | 'record';
  readonly request: Request;
  readonly limitMs: number;
  /** What the process does: "Recording the step". */
  readonly doing: string;
  /** The answer that a message is; `undefined` for any other message. */
  answerOf(message: unknown): Answer | undefined;
}

export async function askTrainer<Request extends { readonly experiment: string }, Answer>(
  question: Question<Request, Answer>,
): Promise<{ readonly answer: Answer } | { readonly problem: Problem }> {
  const { mode, request, limitMs, doing } = question;
  let answer: Answer | undefined;
  let failure: string | undefined;
  let work: WorkAhead | undefined;
  let outOfTime = false;
  let timer: NodeJS.Timeout | undefined;
  const trainer = startTrainer(mode, {
    stdout: 2,
    onMessage: (message) => {
      answer ??= question.answerOf(message);
      if (answer !== undefined) {
        trainer.process.kill();
        return;
      }
      const reply = message as Reply;
      switch (reply.kind) {
        case 'ready':
          trainer.send({ id: 1, request });
          timer = setTimeout(() => {
            outOfTime = true;
            trainer.process.kill('SIGKILL');
          }, limitMs);
          break;
        case 'working':
          work = reply.work;
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
  if (answer !== undefined) return { answer };
  const file = request.experiment;
  const problem: Problem = outOfTime
    ? unfinishedProblem(file, work, limitMs)
    : failure !== undefined
      ? { severity: 'error', file, message: failure, hint: 'This is a fault of Backstep, not of the experiment.' }
      : { severity: 'error', file, ...work?.place, ...describeEnd(doing, end) };
  return { problem };
}
