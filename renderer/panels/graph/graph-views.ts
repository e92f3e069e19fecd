/** What of the graph is seen: its picture, its numbers, or both beside each other. */
export const graphViews = ['graph', 'both', 'table'] as const;
export type GraphViewKind = (typeof graphViews)[number];
