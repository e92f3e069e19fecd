/** Monaco as this window uses it: workers, colours, and a TypeScript that knows TensorFlow.js and 'backstep'. */
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import JsonWorker from 'monaco-editor/languages/features/json/json.worker?worker';
import TypeScriptWorker from 'monaco-editor/languages/features/typescript/ts.worker?worker';
import { messageOf } from '../../../../src/shared/base/message-of.js';
import { notify } from '../../../state/app-state.js';
import { monaco, typescript } from './api.js';

self.MonacoEnvironment = {
  getWorker(_workerId, label) {
    if (label === 'typescript' || label === 'javascript') return new TypeScriptWorker();
    return label === 'json' ? new JsonWorker() : new EditorWorker();
  },
};

/** Node's own modules and globals, as far as an experiment names them: there, and not checked. */
const nodeTypings = `
declare module 'node:*';
declare const process: { readonly env: Record<string, string | undefined>; readonly argv: string[]; cwd(): string; exit(code?: number): never; memoryUsage(): { readonly rss: number } };
interface ImportMeta { readonly url: string; readonly dirname: string; readonly filename: string }
interface NodeModuleOfScript { exports: any; readonly filename: string }
declare const module: NodeModuleOfScript;
declare const require: { (name: string): any; readonly main: NodeModuleOfScript | undefined; resolve(name: string): string };
declare const __dirname: string;
declare const __filename: string;
`;

/** As in TypeScript's own list; Monaco's knows only the two oldest. */
const BUNDLER_RESOLUTION = 100 as typescript.ModuleResolutionKind;

export function setUpLanguages(): void {
  const options = {
    target: typescript.ScriptTarget.ESNext,
    module: typescript.ModuleKind.ESNext,
    moduleResolution: BUNDLER_RESOLUTION,
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    allowSyntheticDefaultImports: true,
    esModuleInterop: true,
    resolveJsonModule: true,
  };
  typescript.typescriptDefaults.setCompilerOptions(options);
  typescript.javascriptDefaults.setCompilerOptions({
    ...options,
    allowJs: true,
    checkJs: true,
    strict: false,
    noImplicitAny: false,
  });
  for (const defaults of [typescript.typescriptDefaults, typescript.javascriptDefaults]) {
    // Imports between the person's files are followed through models, so all of them go to the worker.
    defaults.setEagerModelSync(true);
    defaults.addExtraLib(nodeTypings, 'file:///node_modules/@backstep/node.d.ts');
    // TypeScript's own inlays would stand beside the shapes, and hold them up until the checker has started.
    defaults.setModeConfiguration({ ...defaults.modeConfiguration, inlayHints: false });
    // Every import would be wrong until the typings and the other files are there, and a checker that is
    // told of them later starts anew.
    defaults.setDiagnosticsOptions({
      noSemanticValidation: true,
      noSyntaxValidation: true,
      noSuggestionDiagnostics: true,
    });
  }
}

const defaultsOfAll = [typescript.typescriptDefaults, typescript.javascriptDefaults];

/** Gives the checker the typings, waits for the files that are imported, and lets it begin. */
export async function startChecking(typings: Promise<string>, files: Promise<void>): Promise<void> {
  try {
    const text = await typings;
    for (const defaults of defaultsOfAll) defaults.addExtraLib(text, 'file:///node_modules/@backstep/backstep.d.ts');
  } catch (error) {
    notify({
      severity: 'warning',
      message: `The typings of TensorFlow.js could not be loaded (${messageOf(error)}).`,
      detail: 'The editor completes and checks nothing of it until the window is loaded again.',
    });
    return;
  }
  await files;
  for (const defaults of defaultsOfAll) {
    defaults.setDiagnosticsOptions({
      noSemanticValidation: false,
      noSyntaxValidation: false,
      noSuggestionDiagnostics: false,
    });
  }
}

let round = 0;

/** Checks every file anew: what one imports has changed in another. The checker does so when a library changes, so one does. */
export function checkAgain(): void {
  round++;
  for (const defaults of defaultsOfAll)
    defaults.addExtraLib(`// ${round}`, 'file:///node_modules/@backstep/round.d.ts');
}

/** Colours that are not Monaco's own: the window's surfaces, inlays as chips. Stale shapes are of the kind "type". */
export function defineThemes(): void {
  monaco.editor.defineTheme('backstep-dark', {
    base: 'vs-dark',
    inherit: true,
    rules: [],
    colors: {
      'editor.background': '#181818',
      'editorGutter.background': '#181818',
      'editor.lineHighlightBackground': '#ffffff09',
      'editor.lineHighlightBorder': '#00000000',
      'editorLineNumber.foreground': '#6e7681',
      'editorLineNumber.activeForeground': '#cccccc',
      'editorWidget.background': '#252526',
      'editorWidget.border': '#454545',
      'editorHoverWidget.background': '#252526',
      'editor.wordHighlightTextBackground': '#57575740',
      'editor.wordHighlightBackground': '#57575740',
      'editor.wordHighlightStrongBackground': '#004972a0',
      'editorInlayHint.parameterBackground': '#2e3450',
      'editorInlayHint.parameterForeground': '#b4c0e0',
      'editorInlayHint.typeBackground': '#26262a',
      'editorInlayHint.typeForeground': '#74747c',
      focusBorder: '#3794ff00',
    },
  });
  monaco.editor.defineTheme('backstep-light', {
    base: 'vs',
    inherit: true,
    rules: [],
    colors: {
      'editor.background': '#ffffff',
      'editor.lineHighlightBackground': '#00000008',
      'editor.lineHighlightBorder': '#00000000',
      'editorWidget.border': '#c8c8c8',
      'editor.wordHighlightTextBackground': '#57575718',
      'editor.wordHighlightBackground': '#57575718',
      'editor.wordHighlightStrongBackground': '#0e639c22',
      'editorInlayHint.parameterBackground': '#e6eaf7',
      'editorInlayHint.parameterForeground': '#45527d',
      'editorInlayHint.typeBackground': '#f2f2f2',
      'editorInlayHint.typeForeground': '#9a9a9a',
      focusBorder: '#0067c000',
    },
  });
}
