/** Expressions that are evaluated at every stop, on the selected frame; kept with the workspace. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../../state/app-state.js';
import { setWatches } from '../../state/debugging.js';
import { addWatch, stopView, watched } from '../../state/stop-view.js';
import { viewRow } from '../../state/tensor-commands.js';
import type { TreeRow } from '../../state/value-tree.js';
import { ValueTreeView } from '../../training/value-tree.js';
import { CompletingInput } from '../../ui/completing-input.js';
import { offeredExpression } from '../../state/session-console.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';

const viewWatched = (row: TreeRow) => viewRow(row, false);
const isWatch = (row: TreeRow) => row.depth === 0;

function remove({ name, depth }: TreeRow): void {
  if (depth === 0) void setWatches(appStore.getState().debugging.watches.filter((watch) => watch !== name));
}

/** Another expression in its place; none takes it away. */
async function change(row: TreeRow, text: string): Promise<void> {
  const wanted = text.trim();
  const { watches } = appStore.getState().debugging;
  const others = watches.filter((watch) => watch !== row.name);
  if (wanted === '' || others.includes(wanted)) await setWatches(others);
  else await setWatches(watches.map((watch) => (watch === row.name ? wanted : watch)));
}

export function Watch() {
  const some = useApp((state) => state.debugging.watches.length > 0);
  const old = useStore(stopView, (state) => state.old);
  const [adding, setAdding] = useState(false);
  return (
    <div className="watch">
      {some && (
        <ValueTreeView
          tree={watched}
          label="Watched expressions"
          old={old}
          isEditable={isWatch}
          textOf={(row) => row.name}
          change={change}
          remove={remove}
          view={viewWatched}
        />
      )}
      {adding ? (
        <AddField close={() => setAdding(false)} />
      ) : (
        <button className="link-button breakpoint-add" onClick={() => setAdding(true)}>
          <Icon name="add" /> Add expression
        </button>
      )}
    </div>
  );
}

function AddField({ close }: { close(): void }) {
  const [text, setText] = useState('');
  return (
    <CompletingInput
      complete={offeredExpression}
      className="input watch-field"
      autoFocus
      spellCheck={false}
      aria-label="Expression to watch"
      placeholder="For example: model.layers[0].getWeights()[0]"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          void addWatch(text);
          setText('');
          if (text.trim() === '') close();
        } else if (event.key === 'Escape') close();
        else return;
        event.preventDefault();
      }}
      onBlur={() => {
        void addWatch(text);
        close();
      }}
    />
  );
}
