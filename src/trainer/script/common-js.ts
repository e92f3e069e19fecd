/**
 * Scripts written with `require`: TensorFlow.js and Backstep by any of their names are this trainer's own
 * modules to them, and the script is the main module, as where Node runs it.
 */
import Module from 'node:module';

type Load = (request: string, parent: unknown, isMain?: boolean) => unknown;
const loader = Module as unknown as { _load: Load };

export interface OwnModules {
  readonly tensorFlow: object;
  readonly backstep: object;
}

/** For the rest of the process. */
export function provideToRequire({ tensorFlow, backstep }: OwnModules): void {
  const load = loader._load.bind(Module);
  loader._load = (request, parent, isMain) => {
    if (/^@tensorflow\/tfjs($|-)/.test(request)) return tensorFlow;
    if (request === 'backstep') return backstep;
    return load(request, parent, isMain);
  };
}

/** Whether Node would run this text as CommonJS, where nothing beside the file says otherwise. */
export function isCommonJs(file: string, text: string): boolean {
  if (file.endsWith('.cjs')) return true;
  return file.endsWith('.js') && /\brequire\s*\(/.test(text) && !/^\s*(import|export)\b/m.test(text);
}

/** Runs the file as the main module. @throws what it throws */
export function runMain(file: string): void {
  loader._load(file, undefined, true);
}
