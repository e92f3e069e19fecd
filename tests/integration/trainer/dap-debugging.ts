/** Debugging by lines, for tests: an experiment with a step of its own, and a person who drives its debugger. */
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect } from 'vitest';
import type { RunOptionsInput, StopPoint } from '../../../src/shared/protocol/training.js';
import type { Workspace } from './built.js';
import { DapClient } from './dap-client.js';

/** A step of the person's own, with a helper in a file beside it. The numbers of its lines are those below. */
export const stepExperiment = `import { datasets, defineExperiment, tf } from 'backstep';
import { penalty, type Weights } from './penalty';

const rows = Array.from({ length: 12 }, (_, row) => [row % 3, Math.sin(row), 1]);

export default defineExperiment({
  seed: 7,
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map(([kind]) => [kind!])), batchSize: 4 }),
  model: () => {
    const units: number = 4;
    return tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [3], units, activation: 'relu' }),
        tf.layers.dropout({ rate: 0.25 }),
        tf.layers.dense({ units: 1 }),
      ],
    });
  },
  optimizer: () => tf.train.adam(0.01),
  trainStep: ({ model, optimizer, batch }) => {
    let scale: number = 0.5;
    return optimizer.minimize(() => {
      const predicted = model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor;
      const loss = predicted.sub(batch.ys as tf.Tensor).square().mean();
      const extra = penalty(model as Weights, scale);
      return loss.add(extra) as tf.Scalar;
    }, true)!;
  },
  epochs: 2,
});
`;
export const penaltyHelper = `import { tf } from 'backstep';

export interface Weights {
  readonly trainableWeights: readonly { read(): tf.Tensor }[];
}

export function penalty(model: Weights, scale: number): tf.Tensor {
  let sum: tf.Tensor = tf.scalar(0);
  for (const weight of model.trainableWeights) {
    sum = sum.add(weight.read().square().sum());
  }
  return sum.mul(scale * 0.001);
}
`;

/**
 * The step's experiment with a loop behind this statement. Nothing that it says is heard while it goes round:
 * a file beside it, `mark`, shows that it does.
 */
export function loopsAt(statement: string, mark: string, loop: string): string {
  return stepExperiment
    .replace("from 'backstep';", "from 'backstep'; import { writeFileSync } from 'node:fs';")
    .replace(statement, `${statement} writeFileSync(new URL('${mark}', import.meta.url), ''); ${loop}`);
}

export type Lines = Readonly<Record<string, readonly DebugProtocol.SourceBreakpoint[]>>;

export interface StartOptions extends Partial<RunOptionsInput> {
  readonly file?: string;
  readonly filters?: readonly string[];
  readonly clientID?: string;
}

export class Debugging {
  constructor(
    readonly client: DapClient,
    private readonly place: Workspace,
  ) {}

  async start(lines: Lines, { file = 'experiment.ts', filters, clientID, ...run }: StartOptions): Promise<void> {
    const { client } = this;
    await client.request('initialize', { adapterID: 'backstep', clientID });
    await client.event('initialized');
    await client.request('launch', { experiment: this.place.file(file), backend: 'cpu', ...run });
    for (const [name, breakpoints] of Object.entries(lines)) await this.setLines(name, breakpoints);
    if (filters) await client.request('setExceptionBreakpoints', { filters });
    await client.request('configurationDone');
  }

  async setLines(
    file: string,
    breakpoints: readonly DebugProtocol.SourceBreakpoint[],
  ): Promise<DebugProtocol.Breakpoint[]> {
    const body = await this.client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
      source: { path: this.place.file(file) },
      breakpoints,
    });
    return body.breakpoints;
  }

  /** @returns the state's hash */
  async runToEnd(exitCode = 0): Promise<string> {
    await this.client.event('terminated');
    await this.client.raw('disconnect');
    expect(await this.client.exited).toBe(exitCode);
    return this.client.eventsOf('end')[0]?.stateHash ?? '';
  }

  async stopped(): Promise<StopPoint & { readonly told: string }> {
    const { body } = (await this.client.event('stopped')) as DebugProtocol.StoppedEvent;
    return { ...(body as unknown as { backstep: StopPoint }).backstep, told: body.reason };
  }

  /** Where it stopped, in short. */
  async where(): Promise<string> {
    const { told, file, line, step, stands, description } = await this.stopped();
    const where =
      stands === 'line' && file ? `${path.basename(file)}:${line}` : `${stands ?? 'between'} ${description}`;
    return `${told} ${where} in step ${step}`;
  }

  async frames(): Promise<DebugProtocol.StackFrame[]> {
    const body = await this.client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    return body.stackFrames;
  }

  /** Names and lines of the frames that are not folded. */
  async stack(): Promise<string[]> {
    const shown = (await this.frames()).filter(({ presentationHint }) => presentationHint !== 'subtle');
    return shown.map(({ name, line, source }) => (source ? `${name} ${source.name}:${line}` : name));
  }

  async variables(reference: number, part: object = {}): Promise<DebugProtocol.Variable[]> {
    const body = await this.client.request<DebugProtocol.VariablesResponse['body']>('variables', {
      variablesReference: reference,
      ...part,
    });
    return body.variables;
  }

  async scopeReference(name: string, frame = 0): Promise<number> {
    const { scopes } = await this.client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
      frameId: (await this.frames())[frame]!.id,
    });
    const found = scopes.find((one) => one.name.startsWith(name));
    if (!found) throw new Error(`no scope ${name} among ${scopes.map((one) => one.name).join()}`);
    return found.variablesReference;
  }

  async scope(name: string, frame = 0): Promise<DebugProtocol.Variable[]> {
    return this.variables(await this.scopeReference(name, frame));
  }

  async evaluate(expression: string, context = 'repl'): Promise<string> {
    const frame = (await this.frames()).find(({ presentationHint }) => presentationHint !== 'subtle');
    const { success, message, body } = await this.client.raw('evaluate', { expression, context, frameId: frame!.id });
    return success ? (body as { result: string }).result : `failed: ${message}`;
  }

  go(command = 'continue', args: object = {}): Promise<unknown> {
    return this.client.request(command, { threadId: 1, ...args });
  }

  by(granularity: string, command = 'next'): Promise<unknown> {
    return this.go(command, { backstep: { granularity } });
  }
}

export const valuesOf = (variables: readonly DebugProtocol.Variable[]): Record<string, string> =>
  Object.fromEntries(variables.map(({ name, value }) => [name, value]));
