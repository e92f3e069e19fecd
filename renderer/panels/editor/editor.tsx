/** Open files: tabs, what is to be said about the one in front, and its text. Monaco comes after the first paint. */
import { useEffect, useRef, useState } from 'react';
import { notify } from '../../state/app-state.js';
import { runCommand } from '../../state/commands.js';
import { openFile } from '../../state/file-actions.js';
import { baseName } from '../../state/paths.js';
import { EmptyState } from '../../ui/empty-state.js';
import { useApp } from '../../use-app.js';
import type { CompareView } from './monaco/index.js';
import { FileBar } from './file-bar.js';
import { FileTabs } from './file-tabs.js';
import { loadMonaco, setCodeView } from './code-view-handle.js';
import './editor.css';

export function Editor() {
  const file = useApp((state) => state.openFiles.find((candidate) => candidate.path === state.activeFile));
  const count = useApp((state) => state.openFiles.length);
  const experiments = useApp((state) => state.workspace?.experiments);
  const [comparing, setComparing] = useState(false);
  const inConflict = file?.conflict !== undefined;
  useEffect(() => setComparing(false), [file?.path, inConflict]);

  return (
    <div className="editor">
      {count > 0 && <FileTabs />}
      {file && <FileBar file={file} comparing={comparing} compare={setComparing} />}
      <div className="editor-body">
        <CodeArea visible={file !== undefined && !comparing} firstText={file?.text ?? ''} />
        {comparing && file?.conflict && <CompareArea path={file.path} disk={file.conflict.text} mine={file.text} />}
        {!file && (
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
        )}
      </div>
    </div>
  );
}

function CodeArea({ visible, firstText }: { visible: boolean; firstText: string }) {
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
        const view = new CodeView(place.current, overflow);
        setCodeView(view);
        release = () => {
          setCodeView(undefined);
          view.dispose();
          overflow.remove();
        };
        setState('ready');
        performance.mark('backstep:editor');
      } catch (error) {
        console.error('the editor could not be loaded', error);
        if (!gone) setState({ failure: error instanceof Error ? error.message : String(error) });
      }
    };
    // Past the frame that shows the window.
    const timer = setTimeout(() => void start(), 0);
    return () => {
      gone = true;
      clearTimeout(timer);
      release?.();
    };
  }, [attempt]);

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
