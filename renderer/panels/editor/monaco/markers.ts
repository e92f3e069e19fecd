/** Squiggles: the analysis's and the training's problems into Monaco, the checker's own out of it. */
import { appStore } from '../../../state/app-state.js';
import { currentProblems, type FileProblems } from '../../../state/problems.js';
import type { Problem } from '../../../../src/shared/protocol/training.js';
import { monaco } from './api.js';
import { pathOf, uriOf } from './models.js';

const OWNER = 'backstep';
const severities = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  info: monaco.MarkerSeverity.Info,
} as const;

let marked: readonly FileProblems[] = [];

function setMarkers(files: readonly FileProblems[]): void {
  for (const { file } of marked) {
    const model = file === undefined ? undefined : monaco.editor.getModel(uriOf(file));
    if (model && !files.some((other) => other.file === file)) monaco.editor.setModelMarkers(model, OWNER, []);
  }
  for (const { file, problems } of files) {
    const model = file === undefined ? undefined : monaco.editor.getModel(uriOf(file));
    if (!model) continue;
    const ours = problems.filter((problem) => problem.source !== 'checker' && problem.line !== undefined);
    monaco.editor.setModelMarkers(
      model,
      OWNER,
      ours.map((problem) => markerOf(model, problem)),
    );
  }
  marked = files;
}

function markerOf(model: monaco.editor.ITextModel, problem: Problem): monaco.editor.IMarkerData {
  const line = Math.min(Math.max(problem.line ?? 1, 1), model.getLineCount());
  const lineEnd = model.getLineMaxColumn(line);
  const first = model.getLineFirstNonWhitespaceColumn(line) || 1;
  const column = problem.column !== undefined && problem.column < lineEnd ? problem.column : first;
  const word = problem.column === undefined ? undefined : model.getWordAtPosition({ lineNumber: line, column });
  return {
    severity: severities[problem.severity],
    message: problem.hint ? `${problem.message}\n${problem.hint}` : problem.message,
    source: 'Backstep',
    startLineNumber: line,
    startColumn: word?.startColumn ?? column,
    endLineNumber: problem.endLine ?? line,
    endColumn: problem.endColumn ?? word?.endColumn ?? lineEnd,
  };
}

/** A file that is checked anew loses its marks for a moment; the list should not blink. */
const SETTLED_MS = 250;
const waiting = new Map<string, monaco.Uri>();
let timer: ReturnType<typeof setTimeout> | undefined;

function takeCheckersSoon(uris: readonly monaco.Uri[]): void {
  for (const uri of uris) waiting.set(uri.toString(), uri);
  clearTimeout(timer);
  timer = setTimeout(() => {
    takeCheckers([...waiting.values()]);
    waiting.clear();
  }, SETTLED_MS);
}

function takeCheckers(uris: readonly monaco.Uri[]): void {
  const changes: Record<string, readonly Problem[]> = {};
  for (const uri of uris) {
    const path = pathOf(uri);
    changes[path] = monaco.editor
      .getModelMarkers({ resource: uri })
      .filter((marker) => marker.owner !== OWNER && marker.severity !== monaco.MarkerSeverity.Hint)
      .map((marker) => ({
        severity:
          marker.severity === monaco.MarkerSeverity.Error
            ? 'error'
            : marker.severity === monaco.MarkerSeverity.Warning
              ? 'warning'
              : 'info',
        message: marker.message,
        file: path,
        line: marker.startLineNumber,
        column: marker.startColumn,
        endLine: marker.endLineNumber,
        endColumn: marker.endColumn,
      }));
  }
  appStore.setState((state) => {
    const merged = Object.entries({ ...state.editorProblems, ...changes }).filter(
      ([, problems]) => problems.length > 0,
    );
    const same =
      merged.length === Object.keys(state.editorProblems).length &&
      merged.every(([path, problems]) => JSON.stringify(problems) === JSON.stringify(state.editorProblems[path]));
    return same ? {} : { editorProblems: Object.fromEntries(merged) };
  });
}

export function refreshMarkers(): void {
  setMarkers(currentProblems(appStore.getState()));
}

export function startMarkers(): void {
  refreshMarkers();
  appStore.subscribe((state) => {
    const problems = currentProblems(state);
    if (problems !== marked) setMarkers(problems);
  });
  monaco.editor.onDidChangeMarkers(takeCheckersSoon);
}
