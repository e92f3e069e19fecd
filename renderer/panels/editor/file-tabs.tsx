/** The open files' tabs: a dot where something is not saved, the keyboard of a tab list, a menu. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { appStore, type OpenFile } from '../../state/app-state.js';
import { closeFile, openFile, saveFile } from '../../state/file-actions.js';
import { splitEditor } from '../../state/editor-panes.js';
import { isLibraryPath } from '../../../src/shared/base/library-path.js';
import { baseName, folderName, relativePath } from '../../state/paths.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';

async function closeAll(files: readonly OpenFile[]): Promise<void> {
  for (const file of files) if (!(await closeFile(file.path))) return;
}

export function FileTabs() {
  const files = useApp((state) => state.openFiles);
  const active = useApp((state) => state.activeFile);
  const workspace = useApp((state) => state.workspace);
  const [menu, setMenu] = useState<{ readonly at: PopupAt; readonly file: OpenFile }>();
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    strip.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active, files.length]);

  const move = (event: KeyboardEvent, index: number) => {
    const file = files[index];
    const to = {
      ArrowRight: (index + 1) % files.length,
      ArrowLeft: (index - 1 + files.length) % files.length,
      Home: 0,
      End: files.length - 1,
    }[event.key];
    if (to !== undefined) {
      const next = files[to];
      if (next) {
        void openFile(next.path, { focus: false });
        requestAnimationFrame(() => strip.current?.querySelectorAll<HTMLElement>('[role="tab"]')[to]?.focus());
      }
    } else if ((event.key === 'Enter' || event.key === ' ') && file) void openFile(file.path);
    else if (event.key === 'Delete' && file) void closeFile(file.path);
    else return;
    event.preventDefault();
  };

  const items = (file: OpenFile): PopupItem[] => [
    { kind: 'item', label: 'Close', run: () => void closeFile(file.path) },
    {
      kind: 'item',
      label: 'Close Others',
      disabled: files.length < 2,
      run: () => void closeAll(files.filter((other) => other.path !== file.path)),
    },
    { kind: 'item', label: 'Close Saved', run: () => void closeAll(files.filter((other) => !other.dirty)) },
    { kind: 'item', label: 'Close All', run: () => void closeAll(files) },
    { kind: 'separator' },
    { kind: 'item', label: 'Open to the Right', run: () => splitEditor(file.path) },
    { kind: 'separator' },
    { kind: 'item', label: 'Save', disabled: !file.dirty, run: () => void saveFile(file.path) },
    { kind: 'item', label: 'Copy Path', run: () => void navigator.clipboard.writeText(file.path) },
  ];

  return (
    <div
      className="file-tabs"
      role="tablist"
      aria-label="Open files"
      ref={strip}
      onWheel={(event) => strip.current?.scrollBy({ left: event.deltaY })}
    >
      {files.map((file, index) => {
        const name = baseName(file.path);
        const twins = files.some((other) => other !== file && baseName(other.path) === name);
        const place = twins ? baseName(folderName(file.path)) : undefined;
        const isExperiment = workspace?.experiments.includes(file.path);
        return (
          <div
            key={file.path}
            className="file-tab"
            role="tab"
            aria-selected={file.path === active}
            aria-keyshortcuts="Delete"
            aria-label={`${name}${file.dirty ? ', not saved' : ''}${file.missing ? ', deleted on disk' : ''}`}
            tabIndex={file.path === active ? 0 : -1}
            data-dirty={file.dirty || undefined}
            data-missing={file.missing || undefined}
            title={(workspace && relativePath(workspace.path, file.path)) ?? file.path}
            onPointerDown={(event) => event.button === 0 && void openFile(file.path, { focus: false })}
            onDoubleClick={() => void openFile(file.path)}
            onAuxClick={(event) => event.button === 1 && void closeFile(file.path)}
            onKeyDown={(event) => move(event, index)}
            onContextMenu={(event) => {
              event.preventDefault();
              setMenu({ at: popupAt(event), file });
            }}
          >
            {isExperiment && <Icon name="beaker" className="file-tab-icon" />}
            {isLibraryPath(file.path) && <Icon name="library" className="file-tab-icon" />}
            <span className="file-tab-name">{name}</span>
            {place && <span className="file-tab-place">{place}</span>}
            {/* For the pointer alone: a control within a tab is unreachable to others, whose way is Delete. */}
            <span
              className="file-tab-close"
              aria-hidden
              title={file.dirty ? 'Close (not saved)' : 'Close'}
              onPointerDown={(event) => event.stopPropagation()}
              onClick={() => void closeFile(file.path)}
            >
              <Icon name="close" />
            </span>
          </div>
        );
      })}
      {menu && <PopupMenu items={items(menu.file)} at={menu.at} close={() => setMenu(undefined)} />}
    </div>
  );
}

/** The next or the previous tab, round and round. */
export function switchFile(direction: 1 | -1): void {
  const { openFiles, activeFile } = appStore.getState();
  const index = openFiles.findIndex((file) => file.path === activeFile);
  const next = openFiles[(index + direction + openFiles.length) % openFiles.length];
  if (next) void openFile(next.path);
}
