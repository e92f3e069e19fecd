/** A recorded graph as the text that was asked for. */
import { graphDefText } from '../shared/graph/graph-def.js';
import { graphSvg } from '../shared/graph/graph-svg.js';
import type { OpGraph } from '../shared/graph/op-graph.js';
import type { GraphFormat } from '../shared/protocol/graph.js';

export type RecordedFormat = Extract<GraphFormat, 'json' | 'pbtxt' | 'svg'>;

export function textOfGraph(graph: OpGraph, format: RecordedFormat, title: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(graph)}\n`;
    case 'pbtxt':
      return graphDefText(graph);
    case 'svg':
      return graphSvg(graph, title);
  }
}
