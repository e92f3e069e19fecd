/** Places what is open in graphs, beside the window's own thread. Has numbers alone: no ops, no names. */
import { messageOf } from '../../../../src/shared/base/message-of.js';
import { Placing } from '../../../../src/shared/graph/tree/placing.js';
import type { LayoutReply, LayoutRequest } from './layout-messages.js';

const trees = new Map<number, Placing>();

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  switch (data.kind) {
    case 'outline':
      trees.set(data.tree, new Placing(data.outline));
      return;
    case 'forget':
      trees.delete(data.tree);
      return;
    case 'place':
      place(data.tree, data.request, data.open);
  }
};

function place(tree: number, request: number, open: Uint8Array): void {
  try {
    const placement = trees.get(tree)!.place(open);
    const { groups, ops, routeStart, routes } = placement;
    say({ kind: 'placed', request, placement }, [
      placement.open.buffer,
      groups.buffer,
      ops.buffer,
      routeStart.buffer,
      routes.buffer,
    ]);
  } catch (error) {
    say({ kind: 'failed', request, message: messageOf(error) });
  }
}

function say(reply: LayoutReply, transfer: readonly Transferable[] = []): void {
  self.postMessage(reply, { transfer: [...transfer] });
}
