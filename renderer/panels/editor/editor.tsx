/** Open files: tabs, and one pane or two with a file's text and what is to be said about it. Monaco comes after the first paint. */
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { messageOf } from '../../../src/shared/base/message-of.js';
import { appStore, notify } from '../../state/app-state.js';
import { runCommand } from '../../state/commands.js';
import { closePane, focusPane, paneFiles, type PaneIndex } from '../../state/editor-panes.js';
import { openFile } from '../../state/file-actions.js';
import { baseName } from '../../state/paths.js';
import { PopupMenu } from '../../ui/popup-menu.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import type { CompareView } from './monaco/index.js';
import { FileBar } from './file-bar.js';
import { FileTabs } from './file-tabs.js';
import { lineMenuStore } from './line-menu.js';
import { loadMonaco, setCodeView } from './code-view-handle.js';
import './editor.css';

export function Editor() {
  const split = useApp((state) => state.otherFile !== undefined);
  const count = useApp((state) => state.openFiles.length);
  const [share, setShare] = useState(0.5);
  return (
    <div className="editor">
      {count > 0 && <FileTabs />}
      <div className="editor-panes">
        <EditorPane pane={0} share={split ? share : 1} />
        {split && <PaneSash share={share} setShare={setShare} />}
        {split && <EditorPane pane={1} share={1 - share} />}
      </div>
      <LineMenu />
    </div>
  );
}

/** Of the gutter, where it was asked for. */
function LineMenu() {
  const menu = useStore(lineMenuStore, (state) => state.menu);
  return (
    menu && <PopupMenu items={menu.items} at={menu.at} close={() => lineMenuStore.setState({ menu: undefined })} />
  );
}

function EditorPane({ pane, share }: { pane: PaneIndex; share: number }) {
  const file = useApp((state) => state.openFiles.find((candidate) => candidate.path === paneFiles(state)[pane]));
  const split = useApp((state) => state.otherFile !== undefined);
  const active = useApp((state) => state.activePane === pane);
  const [comparing, setComparing] = useState(false);
  const inConflict = file?.conflict !== undefined;
  useEffect(() => setComparing(false), [file?.path, inConflict]);

  return (
    <div
      className="editor-pane"
      style={{ flexGrow: share }}
      data-active={(split && active) || undefined}
      onPointerDownCapture={() => focusPane(pane)}
    >
      {split && file && (
        <div className="pane-head">
          <span className="pane-name">{baseName(file.path)}</span>
          <button
            className="icon-button"
            title="Close this pane"
            aria-label={`Close the pane of ${baseName(file.path)}`}
            onClick={() => closePane(pane)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      {file && <FileBar file={file} comparing={comparing} compare={setComparing} />}
      <div className="editor-body">
        <CodeArea pane={pane} visible={file !== undefined && !comparing} firstText={file?.text ?? ''} />
        {comparing && file?.conflict && <CompareArea path={file.path} disk={file.conflict.text} mine={file.text} />}
        {!file && <NoFile />}
      </div>
    </div>
  );
}

function NoFile() {
  const experiments = useApp((state) => state.workspace?.experiments);
  return (
    <EmptyState
      icon="file-code"
      actions={
        experiments?.[0] !== undefined ? (
          <button className="button" data-kind="primary" onClick={() => void openFile(experiments[0] ?? '')}>
            Open {baseName(experiments[0])}
          </button>
        ) : (
          <button className="button" onClick={() => void runCommand('view.quickOpen')}>
            Go to File…
          </button>
        )
      }
    >
      No file is open. Choose one in the Explorer, or press <kbd>Ctrl+P</kbd>.
    </EmptyState>
  );
}

/** Between the panes: drawn with the pointer, moved with the arrow keys, evened by a double click. */
function PaneSash({ share, setShare }: { share: number; setShare(share: number): void }) {
  const sash = useRef<HTMLDivElement>(null);
  const bounded = (wanted: number) => Math.min(0.85, Math.max(0.15, wanted));
  return (
    <div
      className="pane-sash"
      ref={sash}
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the editor panes"
      aria-valuenow={Math.round(share * 100)}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const area = sash.current?.parentElement?.getBoundingClientRect();
        if (area && event.currentTarget.hasPointerCapture(event.pointerId))
          setShare(bounded((event.clientX - area.left) / area.width));
      }}
      onDoubleClick={() => setShare(0.5)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') setShare(bounded(share - 0.05));
        else if (event.key === 'ArrowRight') setShare(bounded(share + 0.05));
        else return;
        event.preventDefault();
      }}
    />
  );
}

function CodeArea({ pane, visible, firstText }: { pane: PaneIndex; visible: boolean; firstText: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'ready' | { readonly failure: string }>('loading');
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let gone = false;
    let release: (() => void) | undefined;
    const start = async () => {
      try {
        const { CodeView } = await loadMonaco();
        if (gone || !place.current) return;
        const overflow = document.createElement('div');
        overflow.className = 'monaco-editor editor-overflow';
        document.body.append(overflow);
        const view = new CodeView(place.current, overflow, pane);
        setCodeView(pane, view);
        // A pane that was asked for has the keyboard.
        if (pane === 1 && appStore.getState().activePane === 1) view.editor.focus();
        release = () => {
          setCodeView(pane, undefined);
          view.dispose();
          overflow.remove();
        };
        setState('ready');
        performance.mark('backstep:editor');
      } catch (error) {
        console.error('the editor could not be loaded', error);
        if (!gone) setState({ failure: messageOf(error) });
      }
    };
    // Past the frame that shows the window.
    const timer = setTimeout(() => void start(), 0);
    return () => {
      gone = true;
      clearTimeout(timer);
      release?.();
    };
  }, [attempt, pane]);

  return (
    // React Flow elsewhere in the window takes keys from whatever is not marked so.
    <div className="code-area nokey" hidden={!visible}>
      <div className="code-place" ref={place} />
      {state === 'loading' && <PlainText text={firstText} />}
      {typeof state === 'object' && (
        <EmptyState
          icon="error"
          actions={
            <button
              className="button"
              onClick={() => {
                setState('loading');
                setAttempt(attempt + 1);
              }}
            >
              Try Again
            </button>
          }
        >
          The editor could not be loaded: {state.failure}
        </EmptyState>
      )}
    </div>
  );
}

/** The text in the same place and font while Monaco is fetched, so that nothing jumps. */
function PlainText({ text }: { text: string }) {
  const lines = text.split('\n').slice(0, 200);
  return (
    <pre className="plain-text" aria-hidden>
      {lines.map((line, index) => (
        <div key={index}>
          <span>{index + 1}</span>
          {line}
        </div>
      ))}
    </pre>
  );
}

function CompareArea({ path, disk, mine }: { path: string; disk: string; mine: string }) {
  const place = useRef<HTMLDivElement>(null);
  const texts = useRef({ disk, mine });
  texts.current = { disk, mine };
  const view = useRef<CompareView>(undefined);
  useEffect(() => {
    let gone = false;
    const start = async () => {
      const monaco = await loadMonaco();
      if (gone || !place.current) return;
      view.current = new monaco.CompareView(place.current, path, texts.current.disk, texts.current.mine);
    };
    start().catch((error: unknown) =>
      notify({ severity: 'error', message: `The two texts cannot be compared: ${String(error)}` }),
    );
    return () => {
      gone = true;
      view.current?.dispose();
      view.current = undefined;
    };
  }, [path]);
  useEffect(() => view.current?.update(disk, mine), [disk, mine]);
  return (
    <div className="compare">
      <div className="compare-heads">
        <span>On disk</span>
        <span>In this window</span>
      </div>
      <div className="compare-place" ref={place} />
    </div>
  );
}
