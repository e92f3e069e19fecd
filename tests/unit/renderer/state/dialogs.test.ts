import { expect, it } from 'vitest';
import { ask, confirm, dialogStore } from '../../../../renderer/state/dialogs.js';

const current = () => dialogStore.getState().asked;

it('asks one question at a time, in order', async () => {
  const first = confirm('Delete?', 'It goes to the trash.', 'Delete', 'danger');
  const second = ask({ kind: 'text', title: 'Rename', label: 'Name' });
  expect(current()?.question).toMatchObject({ kind: 'choose', title: 'Delete?' });
  current()?.answer('yes');
  expect(await first).toBe(true);
  expect(current()?.question.kind).toBe('text');
  current()?.answer(undefined);
  expect(await second).toBeUndefined();
  expect(current()).toBeUndefined();
});

it('puts a question in front of the palette, and no palette in front of a question', async () => {
  const palette = ask({ kind: 'palette', prefix: '>' });
  const question = ask({ kind: 'about' });
  expect(await palette).toBeUndefined();
  expect(current()?.question.kind).toBe('about');
  expect(await ask({ kind: 'palette', prefix: '' })).toBeUndefined();
  current()?.answer(undefined);
  await question;
});

it('takes one answer only', async () => {
  const answer = ask({ kind: 'choose', title: 'Which?', choices: [] });
  const asked = current();
  asked?.answer('a');
  asked?.answer('b');
  expect(await answer).toBe('a');
});
