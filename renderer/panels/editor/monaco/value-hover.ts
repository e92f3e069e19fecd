/** While training is paused: what a name under the pointer is worth, on the selected frame. */
import { isCode } from '../../../state/analysis-actions.js';
import { evaluateHere, evaluationFrame } from '../../../state/stop-view.js';
import { viewTensorOf } from '../../../state/tensor-commands.js';
import type { TreeValue } from '../../../state/value-tree.js';
import { monaco } from './api.js';
import { LOOKED_AT_CODE } from './looked-at-code.js';
import { pathOf } from './models.js';

const LONGEST = 600;

/** Names are JavaScript's, which are of any script. */
const identifier = String.raw`[\p{ID_Start}_$][\p{ID_Continue}$]*`;
const path = new RegExp(String.raw`${identifier}(?:\??\.${identifier}|\[\d+\])*`, 'gu');

/** `a.b.c` up to the word at this column (from 1); nothing where there is no name. Pure. */
export function nameAt(text: string, column: number): { readonly name: string; readonly start: number } | undefined {
  for (const match of text.matchAll(path)) {
    const from = match.index + 1;
    if (column < from || column > from + match[0].length) continue;
    // A string's content and the name of a property that is being written are no names.
    if (/['"`.]$/.test(text.slice(0, match.index))) return undefined;
    const rest = /^[\p{ID_Continue}$]*/u.exec(text.slice(column - 1))![0];
    return { name: text.slice(from - 1, column - 1 + rest.length), start: from };
  }
  return undefined;
}

const keywords = new Set(
  'as async await break case catch class const continue default do else export extends false finally for from function if import in instanceof let new null of return static super switch throw true try type typeof undefined var void while'.split(
    ' ',
  ),
);

const VIEW_TENSOR = 'backstep.viewTensor';

function linkTo(value: TreeValue): string {
  return `command:${VIEW_TENSOR}?${encodeURIComponent(JSON.stringify([value]))}`;
}

export function startValueHover(): void {
  monaco.editor.registerCommand(VIEW_TENSOR, (_, value: TreeValue) => viewTensorOf(value.name, value));
  monaco.languages.registerHoverProvider(['typescript', 'javascript', LOOKED_AT_CODE], {
    async provideHover(model, { lineNumber, column }) {
      if (evaluationFrame() === undefined || !isCode(pathOf(model.uri))) return undefined;
      const found = nameAt(model.getLineContent(lineNumber), column);
      if (!found || keywords.has(found.name)) return undefined;
      try {
        const evaluated = await evaluateHere(found.name, 'hover');
        const { value, type } = evaluated;
        if (type === 'undefined') return undefined;
        const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
        return {
          range: new monaco.Range(lineNumber, found.start, lineNumber, found.start + found.name.length),
          contents: [
            { value: `\`\`\`text\n${found.name} = ${shown.replaceAll('```', '')}\n\`\`\`` },
            ...(evaluated.tensor
              ? [{ value: `[View tensor](${linkTo(evaluated)})`, isTrusted: { enabledCommands: [VIEW_TENSOR] } }]
              : []),
          ],
        };
      } catch (error) {
        // Most names in a file mean nothing on the frame: that is no news.
        console.debug('no value to show', found.name, error);
        return undefined;
      }
    },
  });
}
