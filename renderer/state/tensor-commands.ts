/** What is done in the tensor viewer beyond looking: finding a value, opening what is typed. */
import { messageOf } from '../../src/shared/base/message-of.js';
import { appStore, notify } from './app-state.js';
import { ask } from './dialogs.js';
import { chooseTensor, tensorTabs, viewTensor, type TensorTab } from './tensor-tabs.js';
import type { Found, Sought } from './tensor-reading.js';
import { targetOfRow } from './tensor-targets.js';
import type { TreeRow, TreeValue } from './value-tree.js';

const soughtWords: Readonly<Record<Sought, string>> = {
  max: 'finite values',
  min: 'finite values',
  largest: 'finite values',
  notFinite: 'NaN or infinities',
  zero: 'zeros',
  value: 'such value',
};

/** The next place after the selected one is selected. Says in words where there is none. @throws RequestError */
export async function findNext(
  tab: TensorTab,
  sought: Sought,
  value?: number,
): Promise<Found & { readonly words: string }> {
  if (!tab.reading || !tab.current) return { words: 'Training runs; it can be searched at the next stop.' };
  const isExtreme = sought === 'max' || sought === 'min' || sought === 'largest';
  const found = await tab.reading.find(sought, isExtreme ? -1 : (tab.choice.cell ?? -1), value);
  if (found.index === undefined) return { ...found, words: `There are no ${soughtWords[sought]} in it.` };
  chooseTensor(tab.id, { cell: found.index });
  const { count } = found;
  return {
    ...found,
    words: count === undefined ? '' : count === 1 ? 'found once' : `found ${count.toLocaleString('en-US')} times`,
  };
}

/** Shows the value in the table. */
export async function goToFound(id: string, sought: Sought): Promise<void> {
  const tab = tensorTabs.getState().tabs.find((one) => one.id === id);
  if (!tab) return;
  try {
    const { index, words } = await findNext(tab, sought);
    if (index !== undefined) chooseTensor(id, { view: 'table', open: undefined });
    else notify({ severity: 'info', message: words });
  } catch (error) {
    notify({ severity: 'warning', message: messageOf(error) });
  }
}

/** Opens a row of the variables (`isScope`) or of the watches. */
export function viewRow(row: TreeRow, isScope: boolean): void {
  viewTensor(targetOfRow(row, isScope), knownOf(row));
}

/** Opens what an expression has given, or a row inside of it. */
export function viewResult(expression: string, row: TreeRow): void {
  viewRow({ ...row, names: [expression, ...row.names.slice(1)] }, false);
}

/** Opens the tensor that an expression gives, of which this much is known. */
export function viewTensorOf(expression: string, value: TreeValue): void {
  viewTensor({ kind: 'expression', expression }, knownOf(value));
}

function knownOf({ value, tensor }: TreeValue): Parameters<typeof viewTensor>[1] {
  const shape = /^Tensor \S+ ([\d×]+)/.exec(value)?.[1];
  return { view: tensor?.views?.[0], shape: shape?.split('×').map(Number) };
}

/** Asks for an expression, and opens its value. */
export async function viewExpression(): Promise<void> {
  const expression = await ask({
    kind: 'text',
    title: 'View a tensor',
    label: 'Any expression that gives a tensor, for example: batch.xs',
    confirm: 'View',
    check: (typed) => (typed.trim() === '' ? 'Type an expression.' : undefined),
  });
  if (expression === undefined || !appStore.getState().workspace) return;
  viewTensor({ kind: 'expression', expression: expression.trim() });
}
