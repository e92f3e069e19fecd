/** The selected frame's variables and the training's own, as a tree. */
import { useStore } from 'zustand';
import { addWatch, changeValue, stopView, variables } from '../../state/stop-view.js';
import { viewRow } from '../../state/tensor-commands.js';
import type { TreeRow } from '../../state/value-tree.js';
import type { PopupItem } from '../../ui/popup-menu.js';
import { ValueTreeView } from '../../training/value-tree.js';

const isEditable = (row: TreeRow) => row.changeIn !== undefined && !row.heading && !row.failed;

async function change(row: TreeRow, text: string): Promise<void> {
  if (row.changeIn !== undefined) await changeValue(row.changeIn, row.name, text);
}

/** What the field starts with: a tensor's description is no expression. */
function textOf({ value }: TreeRow): string {
  return /^(Tensor|model|ƒ) /.test(value) ? '' : value;
}

function menu({ evaluateName }: TreeRow): readonly PopupItem[] {
  if (evaluateName === undefined) return [];
  return [
    { kind: 'item', label: 'Add to Watch', run: () => void addWatch(evaluateName) },
    { kind: 'item', label: 'Copy as Expression', run: () => void navigator.clipboard.writeText(evaluateName) },
  ];
}

const viewVariable = (row: TreeRow) => viewRow(row, true);

export function Variables() {
  const old = useStore(stopView, (state) => state.old);
  return (
    <ValueTreeView
      tree={variables}
      label="Variables"
      old={old}
      isEditable={isEditable}
      textOf={textOf}
      change={change}
      view={viewVariable}
      menu={menu}
    />
  );
}
