/**
 * Breakpoints and the line that training stands on, as marks of Monaco's texts: every editor of a file
 * shows them, and breakpoints follow when the text around them is edited. Listens to no pointer.
 */
import type { LineBreakpoint } from '../../../../src/shared/protocol/debugging.js';
import { appStore, type AppState } from '../../../state/app-state.js';
import { lookOf, wordsOf } from '../../../state/breakpoint-words.js';
import { moveLines, statusOf } from '../../../state/debugging.js';
import { litFrame, stopView } from '../../../state/stop-view.js';
import { monaco } from './api.js';
import { pathOf } from './models.js';

type Model = monaco.editor.ITextModel;
type Decoration = monaco.editor.IModelDeltaDecoration;

/** Of each text: which mark is which breakpoint, and where it was put. */
interface Marked {
  marks: readonly { readonly decoration: string; readonly id: string; readonly line: number }[];
  /** The line that is lit. */
  lit: string[];
}

const marked = new Map<Model, Marked>();

/** Called once, after the models' own start. */
export function startBreakpointMarks(): void {
  for (const model of monaco.editor.getModels()) watch(model);
  monaco.editor.onDidCreateModel(watch);
  monaco.editor.onWillDisposeModel((model) => marked.delete(model));
  appStore.subscribe((state, before) => {
    const same =
      state.debugging.lines === before.debugging.lines &&
      state.session?.lineBreakpoints === before.session?.lineBreakpoints &&
      state.session?.status === before.session?.status;
    if (!same) for (const model of marked.keys()) draw(model, state);
  });
  stopView.subscribe((state, before) => {
    if (state.selected !== before.selected || state.frames !== before.frames || state.old !== before.old)
      for (const model of marked.keys()) light(model);
  });
}

function watch(model: Model): void {
  if (marked.has(model)) return;
  marked.set(model, { marks: [], lit: [] });
  model.onDidChangeContent(() => follow(model));
  draw(model, appStore.getState());
  light(model);
}

function draw(model: Model, state: AppState): void {
  const at = marked.get(model);
  if (!at) return;
  const path = pathOf(model.uri);
  const lines = state.debugging.lines.filter((entry) => entry.file === path && entry.line <= model.getLineCount());
  const decorations = model.deltaDecorations(
    at.marks.map((mark) => mark.decoration),
    lines.map((entry) => decorationOf(entry, state)),
  );
  at.marks = decorations.map((decoration, index) => ({
    decoration,
    id: lines[index]!.id,
    line: lines[index]!.line,
  }));
}

function decorationOf(entry: LineBreakpoint, { session }: AppState): Decoration {
  const status = statusOf(session, entry);
  const { sign, state } = lookOf(entry, status);
  return {
    range: new monaco.Range(entry.line, 1, entry.line, 1),
    options: {
      glyphMarginClassName: `breakpoint-sign ${sign} ${state}`,
      glyphMarginHoverMessage: wordsOf(entry, status).map((value) => ({ value: escaped(value) })),
      stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
    },
  };
}

/** Where the text moved a mark, its breakpoint goes along. */
function follow(model: Model): void {
  const at = marked.get(model);
  if (!at) return;
  const moved = new Map<string, number>();
  at.marks = at.marks.map((mark) => {
    const line = model.getDecorationRange(mark.decoration)?.startLineNumber ?? mark.line;
    if (line !== mark.line) moved.set(mark.id, line);
    return { ...mark, line };
  });
  if (moved.size > 0) moveLines(moved);
}

/** The line of the selected frame: yellow where training stands, quieter where it came from. */
function light(model: Model): void {
  const at = marked.get(model);
  if (!at) return;
  const view = stopView.getState();
  const frame = view.old ? undefined : litFrame(view);
  const here = frame?.file === pathOf(model.uri) && frame.line > 0 && frame.line <= model.getLineCount();
  const innermost = view.frames.find((entry) => entry.file !== undefined && !entry.isTraining);
  const kind = !frame || frame.isTraining || frame === innermost ? 'execution' : 'caller';
  at.lit = model.deltaDecorations(
    at.lit,
    here
      ? [
          {
            range: new monaco.Range(frame.line, 1, frame.line, 1),
            options: {
              isWholeLine: true,
              className: `${kind}-line`,
              glyphMarginClassName: `${kind}-arrow`,
            },
          },
        ]
      : [],
  );
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~]/g, '\\$&');
}
