/** What one looks at stays in its place when something opens. */
import { expect, it } from 'vitest';
import { Scene } from '../../../../../../renderer/panels/graph/drawing/scene.js';
import { movedBy } from '../../../../../../renderer/panels/graph/view/stay-in-place.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { edge, file, node } from '../../../../shared/graph/random-graph.js';

/** Five layers below each other, the third of them wide. */
const ids = Array.from({ length: 5 }, (_, layer) =>
  Array.from({ length: layer === 2 ? 9 : 2 }, (_, op) => `layer${layer}/op${op}`),
);
const tree = groupTree(
  file(
    ids.flat().map((id) => node(id, { op: `Op${id.length}${id}` })),
    ids.flatMap((own, layer) => [
      ...(layer > 0 ? [edge(ids[layer - 1]![1]!, own[0]!)] : []),
      ...own.slice(1).map((id) => edge(own[0]!, id)),
    ]),
  ),
);
const closed = new Scene(layOutTree(tree, new Set()));
const opened = new Scene(layOutTree(tree, new Set(['group:layer2'])));
const placeOf = (scene: Scene, id: string) => scene.layout.groups.find(({ group }) => group.id === id)!;

it('the layers above and below one that grows wide keep their column', () => {
  const by = movedBy(closed, opened, { x: 0, y: 0 }, 'group:layer2')!;
  for (const id of ['group:layer0', 'group:layer1', 'group:layer3'])
    expect(placeOf(opened, id).x - by.x).toBeCloseTo(placeOf(closed, id).x);
  expect(placeOf(opened, 'group:layer2').width).toBeGreaterThan(placeOf(closed, 'group:layer2').width);
});

it('what was opened keeps its height on the screen', () => {
  const by = movedBy(closed, opened, { x: 0, y: 0 }, 'group:layer2')!;
  expect(placeOf(opened, 'group:layer2').y - by.y).toBeCloseTo(placeOf(closed, 'group:layer2').y);
});

it('where nothing was pointed at, what is in the middle of the view stays', () => {
  const last = placeOf(closed, 'group:layer4');
  const by = movedBy(closed, opened, last, undefined)!;
  expect(placeOf(opened, 'group:layer4').y - by.y).toBeCloseTo(last.y);
  expect(placeOf(opened, 'group:layer4').x - by.x).toBeCloseTo(last.x);
});

it('a graph of nothing that was there before stands where it will', () => {
  const other = groupTree(file([node('a/b'), node('a/c')], [edge('a/b', 'a/c')]));
  expect(movedBy(closed, new Scene(layOutTree(other, new Set())), { x: 0, y: 0 }, undefined)).toBeUndefined();
});
