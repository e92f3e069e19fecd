import { expect, test } from 'vitest';
import { findingOf } from '../../../src/cli/engine-finding.js';

const installed = { version: '2.21.0', flavor: 'cpu', folder: '/engines/e', bytes: 1, installedAt: 1 } as const;

test('doctor on the engine: there, unusable, possible, impossible', () => {
  expect(findingOf({ installed, obstacles: [] })).toMatchObject({
    state: 'works',
    detail: expect.stringContaining('2.21.0') as string,
  });
  expect(findingOf({ installed: { ...installed, trouble: 'It is broken.' }, obstacles: [] })).toMatchObject({
    state: 'limited',
    detail: expect.stringContaining('It is broken.') as string,
    change: 'backstep engine install',
  });
  expect(findingOf({ obstacles: [] })).toMatchObject({ state: 'limited', change: 'backstep engine install' });
  const obstacles = [
    { kind: 'processor', message: 'No AVX.' },
    { kind: 'compiler', message: 'No compiler.', hint: 'sudo apt install g++' },
  ] as const;
  expect(findingOf({ obstacles: [...obstacles] })).toMatchObject({
    detail: 'not installed. No AVX. No compiler.',
    change: 'sudo apt install g++',
  });
});
