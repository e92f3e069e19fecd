/** The docking area: panels of the registry in dockview, restored as the person left them. Knows panels by their contract only. */
import {
  DockviewReact,
  type DockviewApi,
  type DockviewTheme,
  type IDockviewHeaderActionsProps,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
} from 'dockview-react';
import 'dockview-react/dist/styles/dockview.css';
import { useEffect, useRef, useState, type FunctionComponent } from 'react';
import { panels } from '../panels/registry.js';
import { ErrorBoundary } from '../ui/error-boundary.js';
import { Icon } from '../ui/icon.js';
import { useApp } from '../use-app.js';
import { defaultLayout } from './default-layout.js';
import { addPanel, dockResized, isSqueezed, movePanel, moveTargets, setDock } from './dock-actions.js';
import { readLayout, writeLayout } from './layout-store.js';
import './dock.css';

const byId = new Map(panels.map((panel) => [panel.id, panel]));

const theme: Record<'dark' | 'light', DockviewTheme> = {
  dark: { name: 'backstep-dark', className: 'backstep-dock', colorScheme: 'dark', dndTabIndicator: 'line' },
  light: { name: 'backstep-light', className: 'backstep-dock', colorScheme: 'light', dndTabIndicator: 'line' },
};

const components: Record<string, FunctionComponent<IDockviewPanelProps>> = Object.fromEntries(
  panels.map((panel) => {
    const Content = panel.component;
    const PanelFrame = ({ api }: IDockviewPanelProps) => {
      const frame = useRef<HTMLDivElement>(null);
      useEffect(() => keepScroll(frame.current, api), [api]);
      return (
        // Named by the tab panel around it.
        <div className="panel" ref={frame} data-panel={panel.id}>
          <ErrorBoundary what={panel.title}>
            <Content />
          </ErrorBoundary>
        </div>
      );
    };
    return [panel.id, PanelFrame];
  }),
);

const noBadge = () => undefined;

function PanelTab({ api }: IDockviewPanelHeaderProps) {
  const panel = byId.get(api.id);
  const badge = (panel?.useBadge ?? noBadge)();
  return (
    <div className="panel-tab" title={panel?.title} onAuxClick={(event) => event.button === 1 && api.close()}>
      <span>{panel?.title ?? api.title}</span>
      {badge !== undefined && <span className="badge">{badge}</span>}
    </div>
  );
}

function HeaderActions({ activePanel, containerApi, group }: IDockviewHeaderActionsProps) {
  const Actions = activePanel ? byId.get(activePanel.id)?.actions : undefined;
  const [maximized, setMaximized] = useState(group.api.isMaximized());
  useEffect(() => {
    const listening = containerApi.onDidMaximizedGroupChange(() => setMaximized(group.api.isMaximized()));
    return () => listening.dispose();
  }, [containerApi, group]);
  return (
    <div className="panel-actions">
      {Actions && (
        <ErrorBoundary what="these switches">
          <Actions />
        </ErrorBoundary>
      )}
      {maximized && (
        <button
          className="icon-button"
          title="Restore panel size"
          aria-label="Restore panel size"
          onClick={() => group.api.exitMaximized()}
        >
          <Icon name="chrome-restore" />
        </button>
      )}
    </div>
  );
}

/** One dock for one workspace: give it the workspace's path as its key. */
export function Dock({ workspace }: { workspace: string }) {
  const colours = useApp((state) => state.theme);
  const area = useRef<HTMLDivElement>(null);
  const release = useRef<() => void>(undefined);
  useEffect(() => () => release.current?.(), []);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) dockResized(entry.contentRect.width, entry.contentRect.height);
    });
    if (area.current) observer.observe(area.current);
    return () => observer.disconnect();
  }, []);

  return (
    <div className="dock" ref={area}>
      <DockviewReact
        theme={theme[colours]}
        components={components}
        tabComponents={{ 'panel-tab': PanelTab }}
        rightHeaderActionsComponent={HeaderActions}
        disableFloatingGroups
        scrollbars="native"
        getTabContextMenuItems={({ panel, group, api }) => [
          { label: 'Hide', action: () => panel.api.close() },
          {
            label: group.api.isMaximized() ? 'Restore Size' : 'Maximize',
            action: () => (group.api.isMaximized() ? api.exitMaximizedGroup() : group.api.maximize()),
          },
          ...moveTargets.map(({ place, label }) => ({ label, action: () => movePanel(panel, place) })),
        ]}
        onReady={({ api }) => {
          const { width, height } = area.current?.getBoundingClientRect() ?? { width: 1280, height: 660 };
          restore(api, workspace, width, height);
          release.current = keepSaved(api, workspace);
          setDock(api, { width, height });
        }}
      />
    </div>
  );
}

function restore(api: DockviewApi, workspace: string, width: number, height: number): void {
  const saved = readLayout(workspace);
  if (saved && Object.keys(saved.layout.panels).every((id) => byId.has(id))) {
    try {
      api.fromJSON(saved.layout);
      api.layout(width, height, true);
      for (const panel of panels) if (!saved.known.includes(panel.id) && !panel.opensWhenAsked) addPanel(api, panel);
      return;
    } catch (error) {
      console.warn('the saved layout does not fit this version; the default one is used', error);
    }
  }
  api.fromJSON(defaultLayout(panels, width, height));
}

/** Writes the layout a moment after it changed, and at once when the page goes. */
function keepSaved(api: DockviewApi, workspace: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!isSqueezed())
      writeLayout(
        workspace,
        panels.map((panel) => panel.id),
        api.toJSON(),
      );
  };
  const listening = api.onDidLayoutChange(() => {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  });
  const flush = () => timer !== undefined && save();
  window.addEventListener('pagehide', flush);
  return () => {
    flush();
    listening.dispose();
    window.removeEventListener('pagehide', flush);
    setDock(undefined);
  };
}

/** A covered panel leaves the document, which forgets how far it was scrolled. */
function keepScroll(frame: HTMLElement | null, api: IDockviewPanelProps['api']): (() => void) | undefined {
  if (!frame) return undefined;
  const positions = new Map<Element, { readonly top: number; readonly left: number }>();
  const remember = (event: Event) => {
    const target = event.target;
    if (target instanceof Element && target.isConnected)
      positions.set(target, { top: target.scrollTop, left: target.scrollLeft });
  };
  frame.addEventListener('scroll', remember, { capture: true, passive: true });
  const listening = api.onDidVisibilityChange(({ isVisible }) => {
    if (!isVisible) return;
    requestAnimationFrame(() => {
      for (const [element, position] of positions) element.scrollTo({ ...position, behavior: 'instant' });
    });
  });
  return () => {
    frame.removeEventListener('scroll', remember, { capture: true });
    listening.dispose();
  };
}
