/**
 * What a rule is: a test over facts, with a threshold where it counts something, that says what it finds
 * in plain words. One file a rule, or a family of them, in `rules/`. Knows neither texts nor trainings.
 */
import type { Finding, RuleInfo } from '../../shared/protocol/diagnosis.js';
import type { ExperimentPart } from '../runtime/failure.js';
import type { SummaryWish } from '../runtime/step-summaries.js';
import type { Course } from './course.js';
import type { BatchFacts, ExperimentFacts, StepFacts } from './facts.js';

/** What was found; whoever asked for it knows rule, step and the lines of layers and parts. */
export interface Found extends Omit<Finding, 'rule' | 'step' | 'file' | 'line'> {
  /** Whose line it is told at, where that is not the layer's. */
  readonly part?: ExperimentPart;
}

interface Test {
  /** Once, before the first step. */
  readonly kind: 'experiment';
  test(facts: ExperimentFacts, threshold: number): readonly Found[];
}

interface BatchTest {
  /** Once, on the first batch. */
  readonly kind: 'batch';
  test(batch: BatchFacts, facts: ExperimentFacts, threshold: number): readonly Found[];
}

interface CourseTest {
  /** After each step and epoch: costs next to nothing. */
  readonly kind: 'course';
  test(course: Course, facts: ExperimentFacts, threshold: number): readonly Found[];
}

interface StepTest {
  /** At stops, and after each step while it is armed. */
  readonly kind: 'step';
  /** What it asks the step for; at a stop it may ask for more. */
  wishes(facts: ExperimentFacts): readonly SummaryWish[];
  test(step: StepFacts, facts: ExperimentFacts, threshold: number): readonly Found[];
}

export type Rule = RuleInfo & (Test | BatchTest | CourseTest | StepTest);
