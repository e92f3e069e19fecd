import { expect, test } from 'vitest';
import { WaitingSeries } from '../../../../renderer/state/waiting-series.js';

const entry = (run: string, name: string, wantedAt: number) => ({ name: { run, name }, wantedAt });

test('what was wanted last comes first, of one moment in its order; what waits no more is passed over', () => {
  const waiting = new WaitingSeries<ReturnType<typeof entry>>();
  const [a, b, c, d] = [entry('1', 'a', 1), entry('1', 'b', 2), entry('2', 'b', 2), entry('1', 'c', 3)];
  for (const one of [a, b, c, d, d]) waiting.add(one);
  expect([...waiting.latest()]).toEqual([d, b, c, a]);
  waiting.delete(d);
  waiting.delete(c);
  expect([...waiting.latest()]).toEqual([b, a]);
  a.wantedAt = 4;
  waiting.isWantedAnew(a);
  waiting.add(c);
  expect([...waiting.latest()]).toEqual([a, b, c]);
});

test('it is known of a name whether any of it waits', () => {
  const waiting = new WaitingSeries<ReturnType<typeof entry>>();
  const [a, b] = [entry('1', 'loss', 1), entry('2', 'loss', 1)];
  for (const one of [a, b, b]) waiting.add(one);
  waiting.delete(a);
  waiting.delete(a);
  expect(waiting.hasOf('loss')).toBe(true);
  waiting.delete(b);
  expect(waiting.hasOf('loss')).toBe(false);
  expect(waiting.size).toBe(0);
});
