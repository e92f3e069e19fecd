/**
 * The shapes at the ends of the lines. They hang on marks that move with the text while the person
 * types, and are replaced when an analysis of exactly this text is there.
 */
import type { ExperimentAnalysis } from '../../../../src/shared/protocol/analysis.js';
import { appStore, type AppState } from '../../../state/app-state.js';
import { countText, lineHints } from '../../../state/shape-text.js';
import { monaco } from './api.js';
import { pathOf, shows, uriOf } from './models.js';

interface Hint {
  readonly mark: string;
  readonly text: string;
  /** Without what is the least missed, for where there is no room. */
  readonly short: string;
  readonly hover: string;
  readonly layers: readonly string[];
}

interface FileHints {
  hints: readonly Hint[];
  stale: boolean;
}

const byFile = new Map<string, FileHints>();
const changed = new monaco.Emitter<void>();

/** What stands at the ends of a file's lines now. */
export function hintsOf(path: string): readonly (Hint & { readonly line: number; readonly stale: boolean })[] {
  const stale = byFile.get(path)?.stale ?? false;
  return marksOf(path).map((hint) => ({ ...hint, stale }));
}

export function onHintsChanged(listener: () => void): monaco.IDisposable {
  return changed.event(listener);
}

/** The layers made at a line as it is now. */
export function layersAt(path: string, line: number): readonly string[] {
  return marksOf(path).find((hint) => hint.line === line)?.layers ?? [];
}

/** Where a layer's line is now. */
export function lineOfLayer(path: string, layer: string): number | undefined {
  return marksOf(path).find((hint) => hint.layers.includes(layer))?.line;
}

function marksOf(path: string): readonly (Hint & { readonly line: number })[] {
  const model = monaco.editor.getModel(uriOf(path));
  if (!model) return [];
  return (byFile.get(path)?.hints ?? []).flatMap((hint) => {
    const range = model.getDecorationRange(hint.mark);
    return range ? [{ ...hint, line: range.startLineNumber }] : [];
  });
}

function apply(analysis: ExperimentAnalysis, texts: Readonly<Record<string, string>>): void {
  const failed = analysis.layers.length === 0 && analysis.problems.some((problem) => problem.severity === 'error');
  const { openFiles } = appStore.getState();
  const files = new Set([analysis.file, ...analysis.layers.flatMap((layer) => layer.file ?? []), ...byFile.keys()]);
  for (const path of files) {
    const model = monaco.editor.getModel(uriOf(path));
    if (!model) continue;
    const known = byFile.get(path);
    if (failed) {
      if (known) known.stale = true;
      continue;
    }
    // An answer about an older text: the marks of the one before it fit better until the next one comes. A
    // file that was not open then was taken from the disk.
    const text =
      texts[path] ?? (openFiles.some((file) => file.path === path && file.dirty) ? undefined : model.getValue());
    if (text === undefined || !shows(model, text)) continue;
    const wanted = [...lineHints(analysis.layers, path), ...dataHint(analysis, path, text)].filter(
      (hint) => hint.line <= model.getLineCount(),
    );
    const marks = model.deltaDecorations(
      known?.hints.map((hint) => hint.mark) ?? [],
      wanted.map(({ line }) => ({
        range: new monaco.Range(
          line,
          model.getLineFirstNonWhitespaceColumn(line) || 1,
          line,
          model.getLineMaxColumn(line),
        ),
        options: { stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges },
      })),
    );
    byFile.set(path, {
      stale: false,
      hints: wanted.map(({ text: label, short, hover, layers }, index) => ({
        mark: marks[index] ?? '',
        text: label,
        short,
        hover,
        layers,
      })),
    });
  }
  changed.fire();
}

/** What the data is, at the line that names it. */
function dataHint(analysis: ExperimentAnalysis, path: string, text: string) {
  const { data } = analysis;
  if (!data || analysis.file !== path || data.trainExamples === undefined) return [];
  const line = text.split('\n').findIndex((candidate) => /^\s*data\s*[:(]|^\s*async data\s*\(/.test(candidate)) + 1;
  if (line === 0) return [];
  const parts = [
    `${countText(data.trainExamples)}${data.validationExamples ? ` + ${countText(data.validationExamples)}` : ''} examples`,
    ...(data.classNames ? [`${data.classNames.length} classes`] : []),
    ...(data.source === 'generated' ? ['generated'] : []),
  ];
  const hover = [
    `**${data.name}** · ${data.description}`,
    ...(data.classNames ? [data.classNames.map((name, index) => `${index} ${name}`).join(' · ')] : []),
    ...(data.skippedCount > 0 ? [`${countText(data.skippedCount)} files could not be read and are left out.`] : []),
  ];
  return [{ line, text: parts.join(' · '), short: parts[0] ?? '', hover: hover.join('\n\n'), layers: [] }];
}

function take(state: AppState, before: AppState | undefined): void {
  for (const [experiment, analysis] of Object.entries(state.analyses)) {
    const texts = state.analyzedTexts[experiment];
    if (analysis !== before?.analyses[experiment] && texts) apply(analysis, texts);
  }
  if (state.workspace?.path !== before?.workspace?.path && before) byFile.clear();
}

/** Analyses that came before a file's model was there are taken up when it is. */
export function modelAppeared(): void {
  take(appStore.getState(), undefined);
}

export function startShapeHints(): void {
  take(appStore.getState(), undefined);
  appStore.subscribe(take);
  monaco.editor.onWillDisposeModel((model) => byFile.delete(pathOf(model.uri)));
  monaco.languages.registerInlayHintsProvider(['typescript', 'javascript'], {
    onDidChangeInlayHints: changed.event,
    provideInlayHints(model, range) {
      const path = pathOf(model.uri);
      const stale = byFile.get(path)?.stale ?? false;
      const hints = marksOf(path)
        .filter((hint) => hint.line >= range.startLineNumber && hint.line <= range.endLineNumber)
        .map((hint) => ({
          position: { lineNumber: hint.line, column: model.getLineMaxColumn(hint.line) },
          label: hint.text,
          tooltip: { value: stale ? `${hint.hover}\n\n*Shapes of the last version that could be run.*` : hint.hover },
          kind: stale ? monaco.languages.InlayHintKind.Type : monaco.languages.InlayHintKind.Parameter,
          paddingLeft: true,
        }));
      return { hints, dispose: () => undefined };
    },
  });
}
