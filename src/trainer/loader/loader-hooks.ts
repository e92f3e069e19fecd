/**
 * Node's module hooks, on their own thread: they make a person's experiment importable as it is
 * written. 'backstep' and TensorFlow.js become this trainer's own modules, TypeScript is stripped in
 * place, extensions may be left out, unsaved text replaces what is on disk. Knows nothing of training.
 */
import { readFileSync } from 'node:fs';
import type { LoadHookContext, ResolveHookContext } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { messageOf } from '../../shared/base/message-of.js';
import { LoaderProblem } from './loader-problem.js';
import { isOwnSource, resolveModuleFile } from './module-files.js';
import { stripTypes } from './strip-types.js';

/** Handed over at registration. */
export interface LoaderSetup {
  readonly apiUrl: string;
  readonly tfjsUrl: string;
  /** Takes `LoaderUpdate`s; each is answered with its version. */
  readonly port: MessagePort;
}

/** Unsaved text to use from now on. */
export interface LoaderUpdate {
  readonly version: number;
  readonly overlays: Readonly<Record<string, string>>;
}

/** Query that tells one loading of a changed workspace from the next; it spreads to all that is imported from there. */
export const versionQuery = 'backstep';

let setup: LoaderSetup | undefined;
let overlays: ReadonlyMap<string, string> = new Map();

export function initialize(data: LoaderSetup): void {
  setup = data;
  data.port.on('message', (update: LoaderUpdate) => {
    overlays = new Map(Object.entries(update.overlays));
    data.port.postMessage(update.version);
  });
  data.port.unref();
}

interface Resolved {
  url: string;
  format?: string | null;
  shortCircuit?: boolean;
  importAttributes?: Record<string, string>;
}
type NextResolve = (specifier: string, context: ResolveHookContext) => Promise<Resolved>;

export async function resolve(specifier: string, context: ResolveHookContext, next: NextResolve): Promise<Resolved> {
  if (specifier === 'backstep' && setup) return { url: setup.apiUrl, shortCircuit: true };
  if (/^@tensorflow\/tfjs($|-)/.test(specifier) && setup && !isBundled(context.parentURL)) {
    return { url: setup.tfjsUrl, shortCircuit: true };
  }
  const parent = ownSource(context.parentURL);
  if (!parent) return next(specifier, context);

  if (/^(\.{0,2}\/|file:)/.test(specifier)) {
    const target = new URL(specifier, context.parentURL);
    const file = resolveModuleFile(fileURLToPath(target), overlays);
    if (!file)
      throw missing(specifier, parent, `There is no file ${JSON.stringify(specifier)} beside ${path.basename(parent)}`);
    const url = pathToFileURL(file);
    const version = new URL(context.parentURL!).searchParams.get(versionQuery);
    if (version !== null && isOwnSource(file)) url.searchParams.set(versionQuery, version);
    return {
      url: url.href,
      shortCircuit: true,
      importAttributes: { ...context.importAttributes } as Record<string, string>,
    };
  }
  try {
    return await next(specifier, context);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw missing(
      specifier,
      parent,
      `The package ${JSON.stringify(specifier)} is not installed`,
      `Run \`npm install ${packageName(specifier)}\` in the folder, or remove the import.`,
    );
  }
}

interface Loaded {
  format: string;
  source?: string;
  shortCircuit?: boolean;
}
type NextLoad = (url: string, context: LoadHookContext) => Promise<Loaded>;

export async function load(url: string, context: LoadHookContext, next: NextLoad): Promise<Loaded> {
  const file = ownSource(url);
  if (!file) return next(url, context);
  const extension = path.extname(file);
  if (extension === '.json') {
    const source = read(file);
    if (context.importAttributes?.['type'] === 'json') return { format: 'json', source, shortCircuit: true };
    return { format: 'module', source: `export default ${checkedJson(source, file)};`, shortCircuit: true };
  }
  if (extension === '.ts' || extension === '.mts') {
    const result = stripTypes(read(file), path.basename(file));
    if (result.kind === 'problem') throw new LoaderProblem({ ...result.problem, file });
    return { format: 'module', source: result.code, shortCircuit: true };
  }
  if (extension === '.mjs' || extension === '.js') {
    const source = read(file);
    // A `.js` file without a word of ES modules is CommonJS, which Node knows best how to run.
    if (extension === '.js' && !overlays.has(file) && !/^\s*(import|export)\b/m.test(source)) return next(url, context);
    // V8 tells no line of a module that it cannot read; this parser does. What runs is the text as it is.
    const result = stripTypes(source, path.basename(file));
    if (result.kind === 'problem' && result.problem.message.startsWith('Syntax error')) {
      throw new LoaderProblem({ ...result.problem, file });
    }
    return { format: 'module', source, shortCircuit: true };
  }
  return next(url, context);
}

function ownSource(url: string | undefined): string | undefined {
  if (!url?.startsWith('file:') || isBundled(url)) return undefined;
  const file = fileURLToPath(url);
  return isOwnSource(file) ? file : undefined;
}

/** This trainer's own files, which resolve among themselves. */
function isBundled(url: string | undefined): boolean {
  return url !== undefined && setup !== undefined && url.startsWith(new URL('.', setup.apiUrl).href);
}

function read(file: string): string {
  const overlay = overlays.get(file);
  if (overlay !== undefined) return overlay;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new LoaderProblem({ message: `${path.basename(file)} cannot be read: ${messageOf(error)}`, file });
  }
}

function checkedJson(source: string, file: string): string {
  try {
    return JSON.stringify(JSON.parse(source));
  } catch (error) {
    throw new LoaderProblem({
      message: `This is not valid JSON: ${messageOf(error)}`,
      file,
      line: 1,
      column: 1,
    });
  }
}

function missing(specifier: string, parent: string, message: string, hint?: string): LoaderProblem {
  const position = positionOfImport(specifier, parent);
  return new LoaderProblem({ message, hint, file: parent, ...position });
}

/** Where a module's text names what it imports. */
function positionOfImport(
  specifier: string,
  parent: string,
): { line: number; column: number; endLine: number; endColumn: number } | undefined {
  const source = overlays.get(parent) ?? readFileSync(parent, 'utf8');
  const quoted = specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`(?:from|import)\\s*\\(?\\s*(['"\`])${quoted}\\1`).exec(source);
  if (!found) return undefined;
  const end = found.index + found[0].length;
  const start = end - specifier.length - 2;
  const before = source.slice(0, start).split('\n');
  const line = before.length;
  const column = before.at(-1)!.length + 1;
  return { line, column, endLine: line, endColumn: column + specifier.length + 2 };
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
