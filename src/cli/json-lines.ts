/** Training events as the command line's JSON lines: one object a line, the fields that scripts rely on first. */
import type { TrainingEvent } from '../shared/protocol/training.js';

/** The line for an event; `undefined` for events that are not part of the output. */
export function jsonLine(event: TrainingEvent): string | undefined {
  switch (event.kind) {
    case 'start': {
      const { backend, device, speed, params, runDir, ...rest } = event;
      const {
        name,
        experiment,
        seed,
        epochs,
        stepsPerEpoch,
        batchSize,
        trainableParams,
        precision,
        metricNames,
        data,
      } = rest;
      return line({
        ...{ kind: event.kind, backend, device, speed, params, runDir },
        ...{ name, experiment, seed, epochs, stepsPerEpoch, batchSize, trainableParams, precision, metricNames },
        data: {
          name: data.name,
          source: data.source,
          description: data.description,
          trainExamples: data.trainExamples,
          validationExamples: data.validationExamples,
        },
        ...(event.startStep > 0 ? { startEpoch: event.startEpoch, startStep: event.startStep } : {}),
      });
    }
    case 'step': {
      const { kind, epoch, step, loss, metrics, stepMs, stateHash, learningRate, dataWaitMs, overheadMs, speed } =
        event;
      return line({ kind, epoch, step, loss, metrics, stepMs, stateHash, learningRate, dataWaitMs, overheadMs, speed });
    }
    case 'epoch': {
      const { kind, epoch, step, loss, metrics, validation, stateHash, epochMs } = event;
      return line({ kind, epoch, loss, metrics, validation, stateHash, step, epochMs });
    }
    case 'speed': {
      const { kind, speed, reason, setUpMs } = event;
      return line({ kind, speed, reason, setUpMs });
    }
    case 'end': {
      const { kind, steps, wallMs, stateHash, runDir, reason, epoch, summaries } = event;
      return line({ kind, steps, wallMs, stateHash, runDir, reason, epoch, summaries });
    }
    case 'error': {
      const { kind, message, file, line: row, column, hint, runDir } = event;
      return line({ kind, message, file, line: row, column, hint, runDir });
    }
    case 'activity':
    case 'memory':
    case 'log':
    case 'notice':
    case 'finding':
      return undefined;
  }
}

/** Not-finite numbers as texts ("NaN"): JSON has no other way to say them. */
function line(value: object): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry,
  );
}
