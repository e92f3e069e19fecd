/** Makes the drawn graph known to what takes it away or names it, and shows it as a link wishes. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { appStore, notify } from '../../../state/app-state.js';
import { baseName, relativePath } from '../../../state/paths.js';
import type { View } from '../drawing/tiles.js';
import type { Colouring } from '../colours/graph-colours.js';
import { openedGroups, partsOf } from './graph-link.js';
import type { GraphSource } from '../source/graph-source.js';
import type { GraphViewKind } from '../graph-views.js';
import { graphWish } from './restore-graph.js';
import { setShownGraph, type ShownGraph } from './shown-graph.js';

interface Shown extends Omit<ShownGraph, 'title' | 'linkParts'> {
  readonly source: GraphSource;
  readonly tree: GroupTree;
  readonly open: ReadonlySet<string>;
  readonly isOnItsWay: boolean;
  readonly selected?: string;
  readonly colouring: Colouring;
  readonly view: GraphViewKind;
  onOpen(open: ReadonlySet<string>): void;
  onSelect(id: string | undefined): void;
  onColouring(colouring: Colouring): void;
  onShow(view: GraphViewKind): void;
}

/** For the canvas: where a link leads, and what one comes to look at by oneself. */
export function useShownGraph(shown: Shown): { readonly at?: View; onView(view: View): void } {
  const file = shown.source.file?.path ?? shown.source.experiment ?? '';
  const looking = useRef<View>(undefined);
  const now = useRef<ShownGraph>(undefined);
  now.current = {
    ...shown,
    title: titleOf(file),
    linkParts: () => linkParts(shown, looking.current) ?? [],
  };
  useEffect(() => setShownGraph(() => now.current), []);

  const wish = useStore(graphWish, (state) => state.wish);
  const [led, setLed] = useState<{ readonly file: string; readonly at?: View; readonly selected?: string }>();
  const { tree, isOnItsWay, onOpen, onSelect, onColouring, onShow } = shown;
  useEffect(() => {
    if (wish?.file !== file) return;
    graphWish.setState({}, true);
    const { open, gone } = openedGroups(wish.open, tree.groups);
    onOpen(open);
    onColouring(wish.colouring ?? 'phase');
    onShow(wish.view ?? 'graph');
    setLed({ file, at: wish.at, selected: wish.selected });
    if (gone > 0) {
      const detail = `${gone} of the groups that were open in it are not there any more.`;
      notify({ severity: 'info', message: 'The graph has changed since the link was made.', detail });
    }
  }, [wish, file, tree, onOpen, onColouring, onShow]);
  // Once what is open is drawn there is something to select.
  const selected = led?.file === file && !isOnItsWay ? led.selected : undefined;
  useEffect(() => {
    if (selected !== undefined) onSelect(selected);
  }, [selected, onSelect]);

  const onView = useCallback((view: View) => (looking.current = view), []);
  return { at: led?.file === file ? led.at : undefined, onView };
}

/** `iris/experiment.ts`: where on this machine the folder lies is nobody's business. */
function titleOf(file: string): string {
  const { workspace } = appStore.getState();
  const relative = workspace && relativePath(workspace.path, file);
  return relative === undefined ? baseName(file) : `${workspace!.name}/${relative}`;
}

function linkParts({ source, open, selected, colouring, view }: Shown, at: View | undefined) {
  const { workspace } = appStore.getState();
  if (!workspace) return undefined;
  const { experiment, file } = source;
  const model = file && { path: file.path, index: file.index };
  return partsOf({ folder: workspace.path, experiment, model, open, selected, colouring, view, at });
}
