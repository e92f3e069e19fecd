/** Asks for the graph of an experiment's training step. */
import type { GraphRecording, RecordingReply, RecordingRequest } from '../../shared/protocol/graph.js';
import { ExperimentQuestions, type QuestionKind, type QuestionOptions } from '../experiment-questions.js';

const recording: QuestionKind<RecordingRequest, GraphRecording> = {
  mode: 'record',
  name: 'graph',
  doing: 'Recording the step',
  notStarted: 'The recording of the graph did not start.',
  // Two steps of a large model on a slow backend must fit.
  limitMs: 60_000,
  answersPerProcess: 100,
  // A backend holds memory.
  idleMs: 2 * 60_000,
  answerOf: (message) => {
    const reply = message as RecordingReply;
    return reply.kind === 'recording' ? reply.recording : undefined;
  },
  withoutAnswer: (_request, problem) => ({ problems: [problem] }),
};

export class GraphRecorder extends ExperimentQuestions<RecordingRequest, GraphRecording> {
  constructor(options: QuestionOptions) {
    super(recording, options);
  }
}
