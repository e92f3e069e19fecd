/**
 * A training's host that is told, beside what happens, what is wrong with it: each finding right after the
 * event that shows it. The training does not notice; a rule that fails is told and ends no run.
 */
import { messageOf } from '../../shared/base/message-of.js';
import type { Finding } from '../../shared/protocol/diagnosis.js';
import type { TrainingEvent } from '../../shared/protocol/training.js';
import type { TrainingHost } from '../runtime/training-host.js';
import type { DiagnosedTraining, RunDiagnosis } from './run-diagnosis.js';

export interface DiagnosedParts {
  readonly diagnosis: RunDiagnosis;
  /** May throw what is to end the run before its next step. */
  beforeStep?(): void;
  /** Once the start has been told; `undefined` where there is no model to judge. */
  training(start: Extract<TrainingEvent, { kind: 'start' }>): DiagnosedTraining | undefined;
}

/** Names every member, also those that a host need not have: what is not handed on would be lost. */
type Whole = { readonly [Name in keyof Required<TrainingHost>]: TrainingHost[Name] };

export function diagnosedHost(host: TrainingHost, { diagnosis, beforeStep, training }: DiagnosedParts): TrainingHost {
  /** Notices in the same words would say it twice. */
  const said = new Set<string>();
  let failed = false;
  const tell = (find: () => readonly Finding[]): void => {
    let findings: readonly Finding[] = [];
    try {
      if (!failed) findings = find();
    } catch (error) {
      failed = true;
      const reason = messageOf(error);
      const message = `Looking for what is wrong with this training failed, and is given up: ${reason}`;
      host.emit({ kind: 'notice', severity: 'info', message, hint: 'The training itself goes on as it would.' });
    }
    for (const finding of findings) {
      said.add(finding.title);
      host.emit({ kind: 'finding', finding });
    }
  };
  const diagnosed: Whole = {
    emit: (event) => {
      if (event.kind === 'notice' && said.has(event.message)) return;
      host.emit(event);
      if (event.kind === 'start') {
        const started = training(event);
        if (started) tell(() => diagnosis.begins(started));
      }
      if (event.kind === 'epoch') tell(() => diagnosis.afterEpoch(event));
    },
    mayStopAfter: (step) => {
      beforeStep?.();
      tell(() => diagnosis.sees(step.batch));
      const looksItself = diagnosis.wantsLook(step);
      return host.mayStopAfter(step) || looksItself;
    },
    joins: (parts) => {
      host.joins?.(parts);
      const { model, labels, optimizer } = parts;
      // A script's: the first model that trains is the one to judge.
      if (model && !diagnosis.hasBegun) tell(() => diagnosis.begins({ model, labels, optimizer }));
    },
    updatesByHand: () => host.updatesByHand?.(),
    compiled: (step) => host.compiled?.(step),
    get mayWalkAfter() {
      return host.mayWalkAfter;
    },
    get wantsGradientNorms() {
      return host.wantsGradientNorms;
    },
    get wantedSummaries() {
      return host.wantedSummaries;
    },
    afterStep: (step, paused) => {
      tell(() => diagnosis.afterStep(step, paused));
      host.afterStep(step, paused);
    },
    afterEpoch: (point, paused) => host.afterEpoch(point, paused),
    get stoodMs() {
      return host.stoodMs;
    },
    get stopRequested() {
      return host.stopRequested;
    },
  };
  return diagnosed;
}
