/**
 * The tensors that are open in the viewer. Each is found again at every stop; while training runs, what was
 * read of it stays. Panels open one with `viewTensor`. No React here.
 */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { TensorFacts, TensorView } from '../../src/shared/protocol/tensors.js';
import type { StopPoint } from '../../src/shared/protocol/training.js';
import { appStore } from './app-state.js';
import { canRun, runCommand } from './commands.js';
import { server } from './server.js';
import { readStored, writeStored } from './session-storage.js';
import { stopView, variables } from './stop-view.js';
import type { Shape } from './tensor-index.js';
import { TensorReading } from './tensor-reading.js';
import { findTarget, keyOf, titleOf, type TensorTarget } from './tensor-targets.js';

/** How the person looks at it; kept over stops. */
export interface TensorChoice {
  /** None: what fits best. */
  readonly view?: TensorView;
  readonly example: number;
  readonly scale: 'all' | 'each';
  /** Side of a picture in the grid, in pixels of the screen; none: as fits. */
  readonly side?: number;
  /** The picture that is shown large. */
  readonly open?: number;
  /** The picture or example that is selected. */
  readonly picture: number;
  /** The value that is selected, counted through all. */
  readonly cell?: number;
}

export interface TensorTab {
  readonly id: string;
  readonly target: TensorTarget;
  readonly title: string;
  readonly choice: TensorChoice;
  /** What is shown: of this stop, or of an earlier one while this one is read or has none. */
  readonly reading?: TensorReading;
  readonly facts?: TensorFacts;
  readonly shape?: Shape;
  /** Of the stop before: drawn where `reading` has nothing yet. */
  readonly previous?: TensorReading;
  /** `reading` is of the stop that training is at. */
  readonly current: boolean;
  /** Why there is nothing of this stop. */
  readonly failure?: string;
}

export interface TensorTabs {
  readonly tabs: readonly TensorTab[];
  readonly active?: string;
}

export const tensorTabs = createStore<TensorTabs>(() => ({ tabs: [] }));

interface Hints {
  readonly title?: string;
  /** How it is shown at first and its shape, where they are known before the tensor says so: drawn without waiting. */
  readonly view?: TensorView;
  readonly shape?: Shape;
}

/** Opens a tensor in the viewer, or brings it to the front. Any panel may call this. */
export function viewTensor(target: TensorTarget, { title = titleOf(target), view, shape }: Hints = {}): void {
  start();
  const id = keyOf(target);
  const { tabs } = tensorTabs.getState();
  if (!tabs.some((tab) => tab.id === id)) {
    const choice: TensorChoice = { view, example: 0, scale: 'all', picture: 0 };
    const tab: TensorTab = { id, target, title, choice, shape, current: false };
    tensorTabs.setState({ tabs: [...tabs, tab] });
  }
  activateTensor(id);
  if (canRun('view.show.tensor')) void runCommand('view.show.tensor');
}

export function activateTensor(id: string): void {
  tensorTabs.setState({ active: id });
  keep();
  void refresh(id);
}

/** What was open in this folder before the page was loaded, the first time; it is read at the next stop. */
export function restoreTensors(): void {
  start();
  if (tensorTabs.getState().tabs.length > 0) return;
  const { tabs, active } = readStored<Kept>(storageKey(), { tabs: [] });
  tensorTabs.setState({
    tabs: tabs.map(({ target, title, view }) => {
      const choice: TensorChoice = { view, example: 0, scale: 'all', picture: 0 };
      return { id: keyOf(target), target, title, choice, current: false };
    }),
    active,
  });
  refreshActive();
}

interface Kept {
  readonly tabs: readonly { readonly target: TensorTarget; readonly title: string; readonly view?: TensorView }[];
  readonly active?: string;
}

function storageKey(): string {
  return `tensors.${appStore.getState().workspace?.path ?? ''}`;
}

function keep(): void {
  const { tabs, active } = tensorTabs.getState();
  const kept: Kept = {
    tabs: tabs.map(({ target, title, choice }) => ({ target, title, view: choice.view })),
    active,
  };
  writeStored(storageKey(), kept);
}

export function closeTensor(id: string): void {
  readIn.delete(id);
  const { tabs, active } = tensorTabs.getState();
  const at = tabs.findIndex((tab) => tab.id === id);
  tabs[at]?.reading?.end();
  const left = tabs.filter((tab) => tab.id !== id);
  const next = active === id ? left[Math.min(at, left.length - 1)]?.id : active;
  tensorTabs.setState({ tabs: left, active: next });
  if (next === undefined) keep();
  else activateTensor(next);
}

export function chooseTensor(id: string, change: Partial<TensorChoice>): void {
  patch(id, ({ choice }) => ({ choice: { ...choice, ...change } }));
  if ('view' in change) keep();
}

/** "step 41", and where in it training stands. */
export function stopText({ step, stands, when, place, line }: StopPoint): string {
  const within =
    stands === 'line' ? `line ${line ?? '?'}` : `${when ?? 'before'} ${place?.op ?? place?.layer ?? 'an op'}`;
  return stands ? `step ${step}, ${within}` : `step ${step}`;
}

/** Numbers the reads of variables: what was read in an earlier one is of an earlier stop, or was changed since. */
let round = 0;
const readIn = new Map<string, number>();

async function refresh(id: string): Promise<void> {
  const before = tensorTabs.getState().tabs.find((one) => one.id === id);
  const { stop, old } = stopView.getState();
  if (!before || old || !stop || readIn.get(id) === round) return;
  const mine = round;
  readIn.set(id, mine);
  const isStale = () => mine !== round || stopView.getState().old;
  const { reading: previous } = before;
  try {
    const place = await findTarget(before.target);
    if (isStale()) return;
    const reading = new TensorReading(place, stopText(stop), server());
    patch(id, () => ({ reading, previous, current: true, failure: undefined }));
    previous?.end();
    const quick = await reading.facts(false);
    if (isStale()) return;
    patch(id, ({ choice, facts }) => ({
      facts: { numbers: facts?.numbers, histogram: facts?.histogram, ...quick },
      shape: quick.shape,
      choice: fitting(choice, quick),
    }));
    if (quick.numbers) return;
    // What is drawn is asked for first: a large tensor is not summed up in a moment.
    await new Promise((resolve) => setTimeout(resolve));
    const facts = await reading.facts(true);
    if (!isStale()) patch(id, () => ({ facts }));
  } catch (error) {
    if (isStale()) return;
    patch(id, () => ({
      reading: previous,
      previous: undefined,
      current: false,
      failure: messageOf(error),
    }));
  }
}

/** What the person chose, as far as this tensor has it. */
function fitting(choice: TensorChoice, { views, shape, size }: TensorFacts): TensorChoice {
  return {
    ...choice,
    view: choice.view && views.includes(choice.view) ? choice.view : undefined,
    example: Math.min(choice.example, Math.max(0, (shape[0] ?? 1) - 1)),
    cell: choice.cell !== undefined && choice.cell < size ? choice.cell : undefined,
  };
}

function patch(id: string, change: (tab: TensorTab) => Partial<TensorTab>): void {
  tensorTabs.setState(({ tabs }) => ({
    tabs: tabs.map((tab) => (tab.id === id ? { ...tab, ...change(tab) } : tab)),
  }));
}

function refreshActive(): void {
  const { active } = tensorTabs.getState();
  if (active !== undefined) void refresh(active);
}

let started = false;

/** Listens from the first tensor on. */
function start(): void {
  if (started) return;
  started = true;
  round++;
  stopView.subscribe(({ old }, before) => {
    if (!old || before.old) return;
    round++;
    for (const { reading } of tensorTabs.getState().tabs) reading?.end();
    tensorTabs.setState(({ tabs }) => ({ tabs: tabs.map((tab) => ({ ...tab, current: false })) }));
  });
  // Read anew at every stop, when another frame is selected, and when something was changed by hand.
  variables.store.subscribe(({ roots }, before) => {
    if (roots === before.roots || roots.length === 0) return;
    round++;
    refreshActive();
  });
  // Names of another folder's experiment mean nothing here.
  appStore.subscribe(({ workspace }, before) => {
    if (workspace?.path === before.workspace?.path) return;
    for (const { reading } of tensorTabs.getState().tabs) reading?.end();
    tensorTabs.setState({ tabs: [], active: undefined });
  });
}
