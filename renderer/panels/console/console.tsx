/** What the experiment logs, as it comes, and what expressions evaluated in a paused training give. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../../state/app-state.js';
import { openFile } from '../../state/file-actions.js';
import { consoleLines, consoleStore, type ConsoleLine } from '../../state/session-console.js';
import { viewResult } from '../../state/tensor-commands.js';
import { ValueTreeView } from '../../training/value-tree.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { Prompt } from './prompt.js';
import './console.css';

const ROW_HEIGHT = 19;

export function Console() {
  const lines = useLines();
  const scroller = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });

  useLayoutEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines, follow, virtual]);

  return (
    <div className="console">
      <div
        className="console-lines selectable"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label="Console output"
        onWheel={(event) => {
          if (event.deltaY < 0) setFollow(false);
        }}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          const atEnd = scrollHeight - scrollTop - clientHeight < ROW_HEIGHT;
          if (atEnd !== follow && (atEnd || !virtual.isScrolling)) setFollow(atEnd);
        }}
        onKeyDown={(event) => {
          if (event.key === 'PageUp' || event.key === 'ArrowUp' || event.key === 'Home') setFollow(false);
        }}
      >
        {lines.length === 0 ? (
          <Empty />
        ) : (
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map((item) => {
              const line = lines[item.index];
              return (
                line && (
                  <div
                    key={item.key}
                    ref={virtual.measureElement}
                    data-index={item.index}
                    className="console-row"
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <Line line={line} />
                  </div>
                )
              );
            })}
          </div>
        )}
      </div>
      {!follow && lines.length > 0 && (
        <button className="button console-follow" onClick={() => setFollow(true)}>
          <Icon name="arrow-down" /> Latest
        </button>
      )}
      <Prompt />
    </div>
  );
}

/** New when a line came; at most once a frame, as the session is. */
function useLines(): readonly ConsoleLine[] {
  // The logs are appended in place: the last of them tells that they changed.
  const lastLog = useApp((state) => state.session?.logs.at(-1));
  const { own, clearedAt, filter, level } = useStore(consoleStore);
  return useMemo(
    () =>
      consoleLines(lastLog && appStore.getState().session, {
        own,
        clearedAt,
        filter,
        level,
      }),
    [lastLog, own, clearedAt, filter, level],
  );
}

function Empty() {
  const filtered = useStore(consoleStore, (state) => state.filter.trim() !== '' || state.level !== 'all');
  return (
    <p className="console-empty">
      {filtered
        ? 'No line passes the filter.'
        : 'What the experiment writes with console.log appears here. While training is paused, expressions can be evaluated below.'}
    </p>
  );
}

const levelIcons: Readonly<Record<string, string>> = { error: 'error', warn: 'warning' };

function Line({ line }: { line: ConsoleLine }) {
  if (line.kind !== 'log') {
    const icon = line.kind === 'input' ? 'chevron-right' : line.kind === 'result' ? 'arrow-small-left' : 'error';
    return (
      <div className="console-line" data-kind={line.kind}>
        <Icon name={icon} />
        {line.tree ? (
          <div className="console-tree">
            <ValueTreeView
              tree={line.tree}
              label={`Result: ${line.text.slice(0, 80)}`}
              view={(row) => viewResult(line.expression ?? '', row)}
            />
          </div>
        ) : (
          <span className="console-text">{line.text}</span>
        )}
      </div>
    );
  }
  const { level, text, file, line: number } = line.line;
  return (
    <div className="console-line" data-level={level}>
      {levelIcons[level] ? <Icon name={levelIcons[level]} label={level} /> : <span className="console-gutter" />}
      <span className="console-text">{text.replace(/\n$/, '')}</span>
      {file !== undefined && (
        <button
          className="link-button console-place"
          title={`${file}${number === undefined ? '' : `:${number}`}`}
          onClick={() => void openFile(file, { line: number, focus: true })}
        >
          {file.slice(file.lastIndexOf('/') + 1)}
          {number === undefined ? '' : `:${number}`}
        </button>
      )}
    </div>
  );
}
