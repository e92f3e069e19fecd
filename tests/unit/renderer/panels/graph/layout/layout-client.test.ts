/** What is asked of the layout worker: the latest wins, one question at a time, and failures come back. */
import { expect, it } from 'vitest';
import { LayoutClient, type LayoutWorker } from '../../../../../../renderer/panels/graph/layout/layout-client.js';
import type { LayoutReply, LayoutRequest } from '../../../../../../renderer/panels/graph/layout/layout-messages.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { Placing, type Placement } from '../../../../../../src/shared/graph/tree/placing.js';
import { treeLayouts } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { randomGraph } from '../../../../shared/graph/random-graph.js';

function scripted() {
  const asked: LayoutRequest[] = [];
  const worker: LayoutWorker = { onmessage: null, onerror: null, postMessage: (request) => asked.push(request) };
  const reply = (data: LayoutReply) => worker.onmessage!({ data } as MessageEvent<LayoutReply>);
  return { asked, worker, reply };
}

const layouts = treeLayouts(groupTree(randomGraph(3)));
const placement = (open: Uint8Array): Placement => new Placing(layouts.outline).place(open);
const opened = (first: number): Uint8Array =>
  Uint8Array.from(layouts.openGroups(new Set()), (_, at) => (at === first ? 1 : 0));
const unexpected = (error: Error) => {
  throw error;
};

it('sends the outline once, waits for an answer, and then asks the latest alone', () => {
  const { asked, worker, reply } = scripted();
  const placer = new LayoutClient(() => worker).of(layouts.outline);
  const done: string[] = [];
  placer.place(opened(1), () => done.push('first'), unexpected);
  placer.place(opened(2), () => done.push('second'), unexpected);
  placer.place(opened(3), () => done.push('third'), unexpected);
  expect(asked.map(({ kind }) => kind)).toEqual(['outline', 'place']);
  reply({ kind: 'placed', request: 1, placement: placement(opened(1)) });
  // What was asked meanwhile made it old.
  expect(done).toEqual([]);
  expect(asked.at(-1)).toMatchObject({ kind: 'place', request: 2, open: opened(3) });
  reply({ kind: 'placed', request: 2, placement: placement(opened(3)) });
  expect(done).toEqual(['third']);
  expect(asked.length).toBe(3);
});

it('a failure comes back, and the next question is asked', () => {
  const { asked, worker, reply } = scripted();
  const placer = new LayoutClient(() => worker).of(layouts.outline);
  const failures: string[] = [];
  placer.place(
    opened(1),
    () => undefined,
    (error) => failures.push(error.message),
  );
  reply({ kind: 'failed', request: 1, message: 'a box without a place' });
  expect(failures).toEqual(['a box without a place']);
  placer.place(opened(2), () => undefined, unexpected);
  expect(asked.at(-1)).toMatchObject({ kind: 'place', request: 2 });
});

it('a tree that nobody looks at is forgotten, and told anew where somebody does', () => {
  const { asked, worker, reply } = scripted();
  const placer = new LayoutClient(() => worker).of(layouts.outline);
  placer.place(opened(1), () => undefined, unexpected);
  reply({ kind: 'placed', request: 1, placement: placement(opened(1)) });
  placer.close();
  expect(asked.at(-1)!.kind).toBe('forget');
  placer.place(opened(1), () => undefined, unexpected);
  expect(asked.slice(-2).map(({ kind }) => kind)).toEqual(['outline', 'place']);
});
