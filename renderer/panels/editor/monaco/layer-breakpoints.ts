/**
 * Breakpoints at layers, as triangles in the gutter of the lines that make the layers: they follow the
 * layer, not the line. Listens to no pointer.
 */
import { appStore } from '../../../state/app-state.js';
import { atLayer, markOf } from '../../../state/breakpoint-words.js';
import { monaco } from './api.js';
import { pathOf } from './models.js';
import { hintsOf, onHintsChanged } from './shape-hints.js';

type Model = monaco.editor.ITextModel;

const drawn = new Map<Model, string[]>();

/** Called once, after the shapes' own start. */
export function startLayerBreakpoints(): void {
  for (const model of monaco.editor.getModels()) watch(model);
  monaco.editor.onDidCreateModel(watch);
  monaco.editor.onWillDisposeModel((model) => drawn.delete(model));
  onHintsChanged(drawAll);
  appStore.subscribe((state, before) => {
    if (state.breakpoints !== before.breakpoints || state.breakpointMessages !== before.breakpointMessages) drawAll();
  });
}

function watch(model: Model): void {
  drawn.set(model, []);
  draw(model);
}

function drawAll(): void {
  for (const model of drawn.keys()) draw(model);
}

function draw(model: Model): void {
  const { breakpoints, breakpointMessages } = appStore.getState();
  const decorations = hintsOf(pathOf(model.uri)).flatMap(({ line, layers }) => {
    const entries = layers.flatMap((layer) => atLayer(breakpoints, layer));
    const mark = markOf(entries, breakpointMessages);
    if (!mark) return [];
    return [
      {
        range: new monaco.Range(line, 1, line, 1),
        options: {
          glyphMarginClassName: `layer-breakpoint ${mark.state}`,
          glyphMarginHoverMessage: mark.words.map((value) => ({
            value: value.replace(/[\\`*_{}[\]()#+\-.!<>|~]/g, '\\$&'),
          })),
          stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
        },
      },
    ];
  });
  drawn.set(model, model.deltaDecorations(drawn.get(model) ?? [], decorations));
}
