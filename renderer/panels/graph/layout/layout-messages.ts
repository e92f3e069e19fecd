/** What is said between the window and the worker that places what is open. */
import type { Outline } from '../../../../src/shared/graph/tree/outline.js';
import type { Placement } from '../../../../src/shared/graph/tree/placing.js';

export type LayoutRequest =
  /** Before the first `place` of a tree. */
  | { readonly kind: 'outline'; readonly tree: number; readonly outline: Outline }
  | { readonly kind: 'place'; readonly tree: number; readonly request: number; readonly open: Uint8Array }
  | { readonly kind: 'forget'; readonly tree: number };

export type LayoutReply =
  | { readonly kind: 'placed'; readonly request: number; readonly placement: Placement }
  | { readonly kind: 'failed'; readonly request: number; readonly message: string };
