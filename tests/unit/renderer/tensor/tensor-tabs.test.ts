import { beforeEach, describe, expect, it, vi } from 'vitest';
import { findNext, viewRow } from '../../../../renderer/state/tensor-commands.js';
import { appStore } from '../../../../renderer/state/app-state.js';
import { stopView, variables } from '../../../../renderer/state/stop-view.js';
import {
  closeTensor,
  chooseTensor,
  restoreTensors,
  stopText,
  tensorTabs,
  viewTensor,
} from '../../../../renderer/state/tensor-tabs.js';
import { findTarget, targetOfRow, titleOf } from '../../../../renderer/state/tensor-targets.js';
import type { TreeRow } from '../../../../renderer/state/value-tree.js';
import type { StopPoint } from '../../../../src/shared/protocol/training.js';

const fake = vi.hoisted(() => ({ request: vi.fn(), dap: vi.fn(), backstep: vi.fn() }));
vi.mock('../../../../renderer/state/server.js', () => ({ server: () => fake }));

const facts = {
  name: 'kernel',
  shape: [3, 2],
  dtype: 'float32',
  device: 'CPU',
  size: 6,
  bytes: 24,
  views: ['matrix', 'table'],
  numbers: { min: 0, max: 1, mean: 0.5, spread: 0, norm: 1, zeros: 0, notFinite: 0 },
};
const stopAt = (step: number, more: Partial<StopPoint> = {}): StopPoint => ({
  reason: 'step',
  description: `step ${step}`,
  breakpointIds: [],
  epoch: 1,
  step,
  stepInEpoch: step,
  ...more,
});
const settle = () => new Promise((resolve) => setTimeout(resolve, 15));

/** Training stands still; its variables have been read. */
async function stand(step: number): Promise<void> {
  stopView.setState({ stop: stopAt(step), old: false, frames: [], selected: 1 });
  await variables.setRoots([{ name: 'Model', value: '', reference: step }]);
  await settle();
}
const goOn = () => stopView.setState({ old: true });
const tab = () => tensorTabs.getState().tabs[0]!;
const row = (more: Partial<TreeRow>): TreeRow => ({
  name: more.names?.at(-1) ?? '',
  value: 'Tensor float32 3×2',
  reference: 4,
  path: '',
  names: [],
  depth: 0,
  open: false,
  loading: false,
  changed: false,
  ...more,
});

const weight = { kind: 'place', place: { kind: 'weight', weight: 'dense_1/kernel' } } as const;

beforeEach(async () => {
  for (const { id } of tensorTabs.getState().tabs) closeTensor(id);
  for (const mock of [fake.request, fake.dap, fake.backstep]) mock.mockReset();
  fake.backstep.mockResolvedValue(facts);
  appStore.setState({ workspace: undefined });
  await stand(40);
});

describe('a tensor that is open', () => {
  it('is read at once, and again at the next stop; in between it stays as of the stop before', async () => {
    viewTensor(weight);
    await settle();
    expect(tab()).toMatchObject({ title: 'dense_1/kernel', current: true, facts, shape: [3, 2] });
    expect(tab().reading?.of).toBe('step 40');
    goOn();
    expect(tab().current).toBe(false);
    expect(tab().reading?.of).toBe('step 40');
    expect(tab().reading?.numbers.isClosed).toBe(true);
    await stand(41);
    expect(tab()).toMatchObject({ current: true });
    expect(tab().reading?.of).toBe('step 41');
  });

  it('says why it is not there at a stop, and keeps what was read before', async () => {
    viewTensor(weight);
    await settle();
    goOn();
    fake.backstep.mockRejectedValue(new Error('There is no weight called dense_1/kernel.'));
    await stand(41);
    expect(tab().failure).toContain('no weight called');
    expect(tab().reading?.of).toBe('step 40');
    expect(tab().current).toBe(false);
    goOn();
    fake.backstep.mockResolvedValue(facts);
    await stand(42);
    expect(tab()).toMatchObject({ failure: undefined, current: true });
  });

  it('asks for sums over a large tensor only after what is drawn', async () => {
    const asked: boolean[] = [];
    fake.backstep.mockImplementation((_name: string, { numbers }: { numbers: boolean }) => {
      asked.push(numbers);
      return Promise.resolve(numbers ? facts : { ...facts, numbers: undefined });
    });
    viewTensor(weight);
    await settle();
    expect(asked).toEqual([false, true]);
    expect(tab().facts?.numbers).toBeDefined();
  });

  it('is one tab however often it is opened; closing it brings the next one to the front', async () => {
    viewTensor(weight);
    viewTensor({ kind: 'expression', expression: 'batch.xs' });
    viewTensor({ ...weight });
    expect(tensorTabs.getState().tabs.map(({ title }) => title)).toEqual(['dense_1/kernel', 'batch.xs']);
    closeTensor(tab().id);
    await settle();
    expect(tensorTabs.getState().active).toBe(tab().id);
  });

  it('keeps a chosen view only where the tensor has it', async () => {
    viewTensor(weight, { view: 'featureMaps' });
    await settle();
    expect(tab().choice.view).toBeUndefined();
    chooseTensor(tab().id, { view: 'table' });
    goOn();
    await stand(41);
    expect(tab().choice.view).toBe('table');
  });

  it('is open again after the page was loaded anew', async () => {
    const storage = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
    });
    viewTensor(weight);
    chooseTensor(tab().id, { view: 'table' });
    const { active } = tensorTabs.getState();
    tensorTabs.setState({ tabs: [], active: undefined });
    restoreTensors();
    vi.unstubAllGlobals();
    expect(tab()).toMatchObject({ target: weight, title: 'dense_1/kernel', choice: { view: 'table' } });
    expect(tensorTabs.getState().active).toBe(active);
  });

  it('goes with the folder', async () => {
    appStore.setState({ workspace: { path: '/w', name: 'w', trusted: true, experiments: [], breakpoints: [] } });
    viewTensor(weight);
    await settle();
    appStore.setState({ workspace: undefined });
    expect(tensorTabs.getState().tabs).toEqual([]);
  });
});

describe('finding', () => {
  it('selects the place, goes on from there, and says how many there are', async () => {
    viewTensor(weight);
    await settle();
    fake.backstep.mockResolvedValue({ index: 4, value: 0, count: 3 });
    expect((await findNext(tab(), 'zero')).words).toBe('found 3 times');
    expect(fake.backstep).toHaveBeenLastCalledWith('backstep/tensorFind', expect.objectContaining({ from: -1 }));
    await findNext(tab(), 'zero');
    expect(fake.backstep).toHaveBeenLastCalledWith('backstep/tensorFind', expect.objectContaining({ from: 4 }));
    expect(tab().choice.cell).toBe(4);
  });

  it('says in words that there is none', async () => {
    viewTensor(weight);
    await settle();
    fake.backstep.mockResolvedValue({});
    expect((await findNext(tab(), 'notFinite')).words).toBe('There are no NaN or infinities in it.');
    goOn();
    expect((await findNext(tab(), 'max')).words).toContain('at the next stop');
  });
});

describe('which tensor', () => {
  it('is a place of the training where the Model scope shows it, else an expression, else the way to it', () => {
    expect(targetOfRow(row({ names: ['Model', 'conv2d_1', 'output'] }), true)).toEqual({
      kind: 'place',
      place: { kind: 'activation', layer: 'conv2d_1' },
    });
    expect(targetOfRow(row({ names: ['Model', 'dense_1', 'gradient of kernel'] }), true)).toEqual({
      kind: 'place',
      place: { kind: 'gradient', weight: 'dense_1/kernel' },
    });
    expect(targetOfRow(row({ names: ['Local', 'xs'], evaluateName: 'xs' }), true)).toEqual({
      kind: 'expression',
      expression: 'xs',
    });
    const slot = targetOfRow(row({ names: ['Optimizer', 'm of dense_1/kernel'] }), true);
    expect(slot).toEqual({ kind: 'way', from: 'Optimizer', isScope: true, names: ['m of dense_1/kernel'] });
    expect(titleOf(slot)).toBe('m of dense_1/kernel');
  });

  it('is found again through the variables', async () => {
    fake.dap.mockImplementation((command: string, { variablesReference }: { variablesReference?: number }) => {
      if (command === 'scopes') return Promise.resolve({ scopes: [{ name: 'Optimizer', variablesReference: 7 }] });
      return Promise.resolve({
        variables: variablesReference === 7 ? [{ name: 'm', value: '', variablesReference: 9 }] : [],
      });
    });
    const way = { kind: 'way', from: 'Optimizer', isScope: true, names: ['m'] } as const;
    expect(await findTarget(way)).toEqual({ kind: 'variable', reference: 9 });
    await expect(findTarget({ ...way, names: ['v'] })).rejects.toThrow('There is no v in Optimizer at this stop.');
    await expect(findTarget({ ...way, from: 'Local' })).rejects.toThrow('There is no Local at this stop.');
  });

  it('is no tensor where the expression gives none', async () => {
    fake.dap.mockResolvedValue({ result: '3', variablesReference: 0 });
    await expect(findTarget({ kind: 'expression', expression: 'step' })).rejects.toThrow(
      'step is not a tensor here, but 3.',
    );
  });

  it('of a row comes with its shape, so that it is drawn without waiting', () => {
    viewRow(row({ names: ['Local', 'xs'], evaluateName: 'xs', tensor: { views: ['matrix'] } }), true);
    expect(tab()).toMatchObject({ shape: [3, 2], choice: { view: 'matrix' } });
  });
});

it('a stop is named by its step, and where within it training stands', () => {
  expect(stopText(stopAt(41))).toBe('step 41');
  expect(stopText(stopAt(41, { stands: 'line', line: 12 }))).toBe('step 41, line 12');
  expect(stopText(stopAt(41, { stands: 'layer', when: 'after', place: { phase: 'forward', layer: 'conv2d_1' } }))).toBe(
    'step 41, after conv2d_1',
  );
});
