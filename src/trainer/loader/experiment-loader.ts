/**
 * Imports a person's experiment and makes sure that it is one. The main thread's side of the module
 * hooks; knows nothing of training.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../../shared/base/message-of.js';
import type { Problem } from '../../shared/protocol/training.js';
import { isExperiment, type Experiment } from '../runtime/experiment.js';
import { surroundings } from '../runtime/model-files/surroundings.js';
import { outlineOf, type ExperimentOutline } from './experiment-outline.js';
import type { LoaderSetup, LoaderUpdate } from './loader-hooks.js';
import { ExperimentProblem } from './problem-of.js';
import type { SourcePlace } from './stack-frames.js';

export interface LoadedExperiment {
  readonly experiment: Experiment;
  readonly file: string;
  readonly outline: ExperimentOutline;
  /** Where the property `name` of `defineExperiment` stands; the default export where it is not there. */
  placeOfPart(name: string): SourcePlace;
}

export interface ExperimentLoader {
  /**
   * Every call with `overlays` loads all of the workspace's modules anew.
   * @throws ExperimentProblem, or whatever the person's module throws
   */
  load(file: string, overlays?: Readonly<Record<string, string>>): Promise<LoadedExperiment>;
}

/** From here on a person's modules are loaded as they wrote them; once a process. @returns where changes go */
export function registerModuleHooks(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const setup: LoaderSetup = {
    apiUrl: new URL('./api.js', import.meta.url).href,
    tfjsUrl: new URL('./tfjs.js', import.meta.url).href,
    port: port2,
  };
  register(new URL('./loader.js', import.meta.url), { data: setup, transferList: [port2] });
  port1.unref();
  return port1;
}

/** Puts the hooks in place; once a process. */
export function createExperimentLoader(): ExperimentLoader {
  const port = registerModuleHooks();
  let version = 0;

  return {
    async load(file, overlays) {
      surroundings.folder = path.dirname(file);
      const url = pathToFileURL(file);
      if (overlays) {
        await update(port, { version: ++version, overlays });
        url.searchParams.set('backstep', String(version));
      }
      const source = overlays?.[file] ?? readSource(file);
      const module = (await import(url.href)) as { readonly default?: unknown };
      return checked(module, file, outlineOf(source));
    },
  };
}

function update(port: MessagePort, message: LoaderUpdate): Promise<void> {
  return new Promise((resolve) => {
    // Waiting for the answer keeps the process alive; between updates it may end.
    port.ref();
    port.once('message', () => {
      port.unref();
      resolve();
    });
    port.postMessage(message);
  });
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ExperimentProblem({
      message: gone ? `There is no file ${file}` : `${path.basename(file)} cannot be read: ${messageOf(error)}`,
      file,
    });
  }
}

const example = 'End the file with `export default defineExperiment({ data, model, optimizer, loss })`.';

function checked(module: { readonly default?: unknown }, file: string, outline: ExperimentOutline): LoadedExperiment {
  const placeOfPart = (name: string): SourcePlace => ({
    file,
    ...(outline.properties.get(name) ?? outline.defaultExport ?? { line: 1, column: 1 }),
  });
  const fail = (name: string, message: string, hint?: string): never => {
    const problem: Omit<Problem, 'severity'> = { message, hint, ...placeOfPart(name) };
    throw new ExperimentProblem(problem);
  };

  if (!('default' in module))
    return fail('', 'This file has no default export, so there is no experiment to run', example);
  const experiment = module.default;
  if (!isExperiment(experiment)) {
    return fail(
      '',
      'The default export is not an experiment',
      'Make it with `defineExperiment`: `export default defineExperiment({ … })`.',
    );
  }
  const needed = [
    ['data', 'datasets.imageFolder(…)'],
    ['model', 'tf.sequential({ layers: [ … ] })'],
    ['optimizer', 'tf.train.adam(1e-3)'],
  ] as const;
  for (const [name, instance] of needed) {
    if (typeof experiment[name] === 'function') continue;
    const given = experiment[name] as unknown;
    fail(
      name,
      given === undefined ? `The experiment has no \`${name}\`` : `\`${name}\` must be a function`,
      `Write \`${name}: () => ${instance}\`, so that each run makes its own.`,
    );
  }
  if (experiment.loss === undefined && !experiment.trainStep) {
    fail(
      'loss',
      'The experiment has no `loss`',
      "For classes write `loss: 'categoricalCrossentropy'`, for numbers `loss: 'meanSquaredError'`.",
    );
  }
  const { epochs, seed } = experiment as { readonly epochs?: unknown; readonly seed?: unknown };
  if (epochs !== undefined && !(Number.isInteger(epochs) && (epochs as number) > 0)) {
    fail('epochs', `\`epochs\` must be a whole number from 1, not ${String(epochs)}`);
  }
  if (seed !== undefined && !(Number.isInteger(seed) && (seed as number) >= 0)) {
    fail('seed', `\`seed\` must be a whole number from 0, not ${String(seed)}`);
  }
  return { experiment, file, outline, placeOfPart };
}
