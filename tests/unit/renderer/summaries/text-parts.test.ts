import { describe, expect, it } from 'vitest';
import { textParts } from '../../../../renderer/panels/summaries/text-parts.js';

describe('the parts of a run’s text', () => {
  it('finds tables between words, and leaves the words as they are', () => {
    expect(
      textParts('# Run\n\n| setting | value |\n|---|:-:|\n| rate | 0.1 |\n| a\\|b |\n\nDone *well*.\n<b>x</b>'),
    ).toEqual([
      { kind: 'words', words: '# Run' },
      {
        kind: 'table',
        head: ['setting', 'value'],
        rows: [
          ['rate', '0.1'],
          ['a|b', ''],
        ],
      },
      { kind: 'words', words: 'Done *well*.\n<b>x</b>' },
    ]);
  });

  it('takes bars without a rule below for words', () => {
    for (const text of ['a | b\nc | d', 'one line', 'if (a || b) {\n---\n}', '|', '']) {
      expect(textParts(text)).toEqual(text === '' ? [] : [{ kind: 'words', words: text }]);
    }
  });
});
