/**
 * The layout of what is open: at once where little is seen, so that nothing flickers; else by the worker, while what
 * was there stays.
 */
import { useEffect, useMemo, useState } from 'react';
import type { GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { treeLayouts, type TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import { LayoutClient } from './layout-client.js';
import LayoutWorker from './layout-worker.ts?worker';

/** Laying out fewer items takes less than to ask and to draw twice: once nothing, once what has come. */
const FEW = 1000;

export interface LaidOut {
  readonly layout: TreeLayout;
  /** The groups that are open in it: those that were last wished for may still be on their way. */
  readonly open: ReadonlySet<string>;
  readonly isOnItsWay: boolean;
}

interface Known {
  readonly tree: GroupTree;
  readonly open: ReadonlySet<string>;
  readonly layout: TreeLayout;
}

const client = new LayoutClient(() => new LayoutWorker());

/** Before there is something to lay out: starting the worker takes longer than most layouts. */
export function startLayoutWorker(): void {
  client.start();
}

const nothing: TreeLayout = { width: 0, height: 0, groups: [], items: [], itemOf: new Int32Array(), wires: [] };

export function useTreeLayout(tree: GroupTree, open: ReadonlySet<string>): LaidOut {
  const layouts = treeLayouts(tree);
  const [known, setKnown] = useState<Known>();
  const [failure, setFailure] = useState<Error>();
  const atOnce = useMemo(
    (): Known | undefined => (layouts.countOf(open) < FEW ? { tree, open, layout: layouts.layOut(open) } : undefined),
    [tree, layouts, open],
  );
  const placer = useMemo(() => client.of(layouts.outline), [layouts]);
  useEffect(() => () => placer.close(), [placer]);
  useEffect(() => {
    if (atOnce) {
      setKnown(atOnce);
      return undefined;
    }
    let isWanted = true;
    placer.place(
      layouts.openGroups(open),
      (placement) => isWanted && setKnown({ tree, open, layout: layouts.put(placement) }),
      (error) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [tree, layouts, placer, open, atOnce]);
  // A fault of ours: the panel's error boundary tells of it.
  if (failure) throw failure;
  if (atOnce) return { layout: atOnce.layout, open, isOnItsWay: false };
  return {
    layout: known?.layout ?? nothing,
    open: known?.open ?? open,
    isOnItsWay: known?.tree !== tree || known.open !== open,
  };
}
