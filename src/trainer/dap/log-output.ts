/** Training events as the Debug Adapter Protocol's `output` events, for front ends that do not read Backstep's own. */
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { sentence } from '../../shared/base/sentence.js';
import { findingLines } from '../../shared/protocol/diagnosis.js';
import type { TrainingEvent } from '../../shared/protocol/training.js';

/** `undefined` for what is no text for a person's console. */
export function outputOf(event: TrainingEvent): DebugProtocol.OutputEvent['body'] | undefined {
  switch (event.kind) {
    case 'log': {
      const category = event.level === 'warn' || event.level === 'error' ? 'stderr' : 'stdout';
      return { category, output: `${event.text}\n`, ...sourceOf(event) };
    }
    case 'notice':
    case 'error': {
      const { message, hint } = event;
      const text = hint === undefined ? message : `${sentence(message)} ${hint}`;
      const category = event.kind === 'error' ? 'stderr' : 'console';
      return { category, output: `${text}\n`, ...sourceOf(event) };
    }
    case 'finding': {
      const { severity, file, line } = event.finding;
      const category = severity === 'error' ? 'stderr' : 'console';
      return { category, output: `${findingLines(event.finding).join('\n')}\n`, ...sourceOf({ file, line }) };
    }
    case 'epoch': {
      const values = { loss: event.loss, ...event.metrics, ...prefixed(event.validation) };
      const text = Object.entries(values).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
      return { category: 'console', output: `Epoch ${event.epoch}: ${text.join(', ')}\n` };
    }
    case 'end':
      return {
        category: 'console',
        output: `${event.reason === 'completed' ? 'Done' : 'Stopped'} after ${event.steps} steps; the run is in ${event.runDir}\n`,
      };
    default:
      return undefined;
  }
}

function prefixed(validation: Readonly<Record<string, number>> | undefined): Record<string, number> {
  return Object.fromEntries(Object.entries(validation ?? {}).map(([name, value]) => [`validation ${name}`, value]));
}

function sourceOf({ file, line }: { readonly file?: string; readonly line?: number }) {
  return file === undefined ? {} : { source: { name: path.basename(file), path: file }, line: line ?? 1 };
}
