/** Asks what an experiment is before it runs: its layers and shapes, and what is wrong with it. */
import type { AnalysisReply, AnalysisRequest, ExperimentAnalysis } from '../../shared/protocol/analysis.js';
import { ExperimentQuestions, type QuestionKind, type QuestionOptions } from '../experiment-questions.js';

const analysis: QuestionKind<AnalysisRequest, ExperimentAnalysis> = {
  mode: 'analyze',
  name: 'analyser',
  doing: 'Looking at the experiment',
  notStarted: 'The analysis did not start.',
  limitMs: 8000,
  startLimitMs: 30_000,
  answersPerProcess: 300,
  idleMs: 10 * 60_000,
  answerOf: (message) => {
    const reply = message as AnalysisReply;
    return reply.kind === 'analysis' ? reply.analysis : undefined;
  },
  withoutAnswer: ({ experiment }, problem, elapsedMs) => ({
    file: experiment,
    layers: [],
    problems: [problem],
    elapsedMs,
  }),
};

export class Analyser extends ExperimentQuestions<AnalysisRequest, ExperimentAnalysis> {
  constructor(options: QuestionOptions) {
    super(analysis, options);
  }
}
