/** Where training stands: its path from the epoch down, the person's functions, and the library's between them, folded. */
import { useState, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { baseName } from '../../state/paths.js';
import { selectFrame, stopView, type Frame } from '../../state/stop-view.js';
import { Icon } from '../../ui/icon.js';

type Row =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'folded'; readonly key: number; readonly frames: readonly Frame[] };

/** Runs of the library's frames as one row each, but for those that are opened. Pure. */
export function stackRows(frames: readonly Frame[], opened: ReadonlySet<number>): readonly Row[] {
  const rows: Row[] = [];
  // What the whole stack belongs to is its heading.
  const ordered = [...frames.filter((frame) => frame.isTraining), ...frames.filter((frame) => !frame.isTraining)];
  for (let index = 0; index < ordered.length;) {
    const frame = ordered[index]!;
    let end = index;
    while (ordered[end]?.folded) end++;
    if (end === index) {
      rows.push({ kind: 'frame', frame });
      index++;
      continue;
    }
    const run = ordered.slice(index, end);
    if (opened.has(frame.id)) rows.push(...run.map((one): Row => ({ kind: 'frame', frame: one })));
    else rows.push({ kind: 'folded', key: frame.id, frames: run });
    index = end;
  }
  return rows;
}

export function CallStack() {
  const { frames, selected, old, stop, failure } = useStore(stopView);
  const [opened, setOpened] = useState<{ readonly stop: typeof stop; readonly keys: ReadonlySet<number> }>();
  const keys = opened?.stop === stop ? opened?.keys : undefined;
  const rows = stackRows(frames, keys ?? new Set());
  if (failure !== undefined) return <p className="debug-failure">The call stack could not be read: {failure}</p>;

  const unfold = (key: number) => setOpened({ stop, keys: new Set([...(keys ?? []), key]) });
  const press = (event: KeyboardEvent<HTMLElement>) => {
    const list = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
    const at = list.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (to === undefined) return;
    list[to]?.focus();
    event.preventDefault();
  };
  return (
    <ul className="call-stack" aria-label="Call stack" data-old={old || undefined} onKeyDown={press}>
      {rows.map((row, index) =>
        row.kind === 'folded' ? (
          <li key={`folded ${row.key}`}>
            <button className="stack-row stack-folded" tabIndex={-1} onClick={() => unfold(row.key)}>
              <Icon name="fold" />
              <span className="stack-name">
                {row.frames.length} {row.frames.length === 1 ? 'frame' : 'frames'} of {originOf(row.frames)}
              </span>
              <span className="stack-show">show</span>
            </button>
          </li>
        ) : (
          <li key={row.frame.id}>
            <button
              className="stack-row"
              aria-current={row.frame.id === selected}
              tabIndex={row.frame.id === selected || (selected === undefined && index === 0) ? 0 : -1}
              data-folded={row.frame.folded || row.frame.reference !== undefined || undefined}
              data-training={row.frame.isTraining || undefined}
              title={placeOf(row.frame)}
              onClick={() => void selectFrame(row.frame.id)}
              onDoubleClick={() => void selectFrame(row.frame.id, true)}
            >
              <Icon
                name={row.frame.isTraining ? 'graph-line' : row.frame.id === selected ? 'debug-stackframe' : 'blank'}
              />
              <span className="stack-name">{row.frame.name}</span>
              {row.frame.file !== undefined && row.frame.line > 0 && !row.frame.isTraining && (
                <span className="stack-place">
                  {baseName(row.frame.file)}:{row.frame.line}
                </span>
              )}
            </button>
          </li>
        ),
      )}
    </ul>
  );
}

function originOf(frames: readonly Frame[]): string {
  return frames[0]?.origin ?? 'the library';
}

function placeOf({ file, line, name, origin }: Frame): string {
  const whose = origin ? ` in ${origin}` : '';
  return file === undefined ? `${name}${whose}` : `${name}${whose}\n${file.replace(/^library:\//, '')}:${line}`;
}
