/** Links to views: what they say, what is taken of one by anybody. Opening them is tested in a browser. */
import { expect, it } from 'vitest';
import { linkText, readLink } from '../../../../renderer/state/view-link.js';

const page = { origin: 'http://127.0.0.1:8461', pathname: '/' };

it('says what it is of so that a person can read it, and gives it back', () => {
  const text = linkText(page, { view: 'graph', folder: '/home/an na/rps' }, [
    ['experiment', 'a/b.ts'],
    ['open', 'layer:conv2d_1'],
    ['open', 'repeat:x×16 & more #2'],
    ['selected', undefined],
  ]);
  expect(text).toContain(
    'http://127.0.0.1:8461/#view=graph&folder=/home/an+na/rps&experiment=a/b.ts&open=layer:conv2d_1',
  );
  const read = readLink(text);
  if ('problem' in read) throw new Error(read.problem);
  expect({ view: read.view, folder: read.folder }).toEqual({ view: 'graph', folder: '/home/an na/rps' });
  expect(read.parts.getAll('open')).toEqual(['layer:conv2d_1', 'repeat:x×16 & more #2']);
  expect(read.parts.has('selected')).toBe(false);
});

it('takes the part behind # too, and paths of Windows', () => {
  expect(readLink('#view=graph&folder=C:/Users/anna')).toMatchObject({ folder: 'C:/Users/anna' });
  expect(readLink(' view=graph&folder=C%3A%5Crps ')).toMatchObject({ folder: 'C:\\rps' });
});

it.each([
  '',
  'http://127.0.0.1:8461/?token=abc',
  '#view=graph',
  '#view=graph&folder=',
  '#view=graph&folder=relative/path',
  '#view=graph&folder=/a%00b',
  `#view=graph&folder=/${'a'.repeat(5000)}`,
  `#view=graph&folder=/a&open=${'a'.repeat(300_000)}`,
  'javascript:alert(1)',
])('says what is wrong with %j', (text) => {
  expect(readLink(text)).toEqual({ problem: expect.stringMatching(/\S/) as string });
});
