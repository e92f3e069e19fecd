import { describe, expect, it } from 'vitest';
import { rowsOf, ValueTree, type TreeValue } from '../../../../renderer/state/value-tree.js';

const value = (name: string, text: string, reference = 0): TreeValue => ({ name, value: text, reference });
const shown = (tree: ValueTree) =>
  rowsOf(tree.store.getState()).map((row) => `${'  '.repeat(row.depth)}${row.name}=${row.value}`);

describe('a tree of values', () => {
  it('asks for what is inside when it is opened, and keeps it open over stops', async () => {
    const asked: number[] = [];
    let stop = 1;
    const tree = new ValueTree((reference) => {
      asked.push(reference);
      return Promise.resolve(
        reference % 10 === 1 ? [value('a', `a${stop}`, stop * 10 + 2), value('b', 'same')] : [value('c', `c${stop}`)],
      );
    });
    await tree.setRoots([value('Local', '', 11)]);
    expect(asked).toEqual([]);
    await tree.setOpen(rowsOf(tree.store.getState())[0]!, true);
    await tree.setOpen(rowsOf(tree.store.getState())[1]!, true);
    expect(shown(tree)).toEqual(['Local=', '  a=a1', '    c=c1', '  b=same']);

    stop = 2;
    await tree.setRoots([value('Local', '', 21)]);
    expect(asked).toEqual([11, 12, 21, 22]);
    expect(shown(tree)).toEqual(['Local=', '  a=a2', '    c=c2', '  b=same']);
    const changed = rowsOf(tree.store.getState()).filter((row) => row.changed);
    expect(changed.map((row) => row.name)).toEqual(['a', 'c']);
  });

  it('shows what was there until the new is read, and leaves an answer of an earlier stop aside', async () => {
    const answers: ((values: readonly TreeValue[]) => void)[] = [];
    const tree = new ValueTree(() => new Promise((resolve) => answers.push(resolve)));
    await tree.setRoots([value('x', '', 1)]);
    const opening = tree.setOpen(rowsOf(tree.store.getState())[0]!, true);
    expect(rowsOf(tree.store.getState())[0]).toMatchObject({ open: true, loading: true });
    const next = tree.setRoots([value('x', '', 2)]);
    answers[0]!([value('old', '')]);
    await opening;
    expect(shown(tree)).toEqual(['x=']);
    answers[1]!([value('new', '')]);
    await next;
    expect(shown(tree)).toEqual(['x=', '  new=']);
  });

  it('says why something could not be read, and tells two of one name apart', async () => {
    const tree = new ValueTree(() => Promise.reject(new Error('This value belongs to an earlier stop.')));
    await tree.setRoots([value('Closure', '', 1), value('Closure', '', 2)]);
    const [first, second] = rowsOf(tree.store.getState());
    expect(first!.path).not.toBe(second!.path);
    await tree.setOpen(second!, true);
    expect(shown(tree)).toEqual(['Closure=', 'Closure=', '  =This value belongs to an earlier stop.']);
    await tree.setOpen(rowsOf(tree.store.getState())[1]!, false);
    expect(shown(tree)).toEqual(['Closure=', 'Closure=']);
  });
});
