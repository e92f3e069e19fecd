/** Above the table: to an index, to the extremes, to the next value that is looked for. */
import { useState } from 'react';
import { messageOf } from '../../../src/shared/base/message-of.js';
import { findNext } from '../../state/tensor-commands.js';
import { readIndex, type Shape } from '../../state/tensor-index.js';
import type { Sought } from '../../state/tensor-reading.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import { Icon } from '../../ui/icon.js';

const searches: readonly { readonly sought: Sought; readonly text: string; readonly title: string }[] = [
  { sought: 'max', text: 'Max', title: 'Go to the greatest value' },
  { sought: 'min', text: 'Min', title: 'Go to the least value' },
  { sought: 'largest', text: 'Max |x|', title: 'Go to the value farthest from zero' },
  { sought: 'notFinite', text: 'NaN ∞', title: 'Go to the next value that is not finite' },
  { sought: 'zero', text: 'Zero', title: 'Go to the next zero' },
];

interface Said {
  readonly text: string;
  readonly isWrong?: boolean;
}

interface Props {
  readonly tab: TensorTab;
  readonly shape: Shape;
  /** Among texts there is no extreme, and no number to look for. */
  readonly ofNumbers: boolean;
}

export function FindBar({ tab, shape, ofNumbers }: Props) {
  const [index, setIndex] = useState('');
  const [value, setValue] = useState('');
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState(false);

  const go = () => {
    const read = readIndex(index, shape);
    if (read.kind === 'error') return setSaid({ text: read.message, isWrong: true });
    setSaid(undefined);
    chooseTensor(tab.id, { cell: read.flat });
  };
  const find = async (sought: Sought) => {
    const wished = Number(value.trim().replace('−', '-').replace(',', '.'));
    if (sought === 'value' && (value.trim() === '' || Number.isNaN(wished)))
      return setSaid({ text: 'Type the number that is looked for.', isWrong: true });
    setBusy(true);
    try {
      const { index: at, words } = await findNext(tab, sought, sought === 'value' ? wished : undefined);
      setSaid({ text: words, isWrong: at === undefined });
    } catch (error) {
      setSaid({ text: messageOf(error), isWrong: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="tensor-tools tensor-find" role="toolbar" aria-label="Find" data-busy={busy || undefined}>
      <input
        className="input tensor-go"
        aria-label="Go to index"
        placeholder={`Go to [${shape.map(() => 0).join(', ')}]`}
        title="Go to an index, as in [0, 12, 5, 3]; negative numbers count from the end"
        spellCheck={false}
        value={index}
        onChange={(event) => setIndex(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go();
          else if (event.key === 'Escape') setIndex('');
          event.stopPropagation();
        }}
      />
      {ofNumbers && (
        <>
          <span className="tensor-value">
            <input
              className="input"
              aria-label="Value to find"
              placeholder="Find value"
              spellCheck={false}
              value={value}
              onChange={(event) => setValue(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') void find('value');
                event.stopPropagation();
              }}
            />
            <button
              className="icon-button"
              title="Find the next one (Enter)"
              aria-label="Find the next one"
              disabled={!tab.current}
              onClick={() => void find('value')}
            >
              <Icon name="arrow-down" />
            </button>
          </span>
          <span className="tensor-choice" role="group" aria-label="Go to">
            {searches.map(({ sought, text, title }) => (
              <button
                key={sought}
                title={title}
                aria-label={title}
                disabled={!tab.current}
                onClick={() => void find(sought)}
              >
                {text}
              </button>
            ))}
          </span>
        </>
      )}
      {said && said.text !== '' && (
        <span className="tensor-said" role="status" data-wrong={said.isWrong || undefined}>
          {said.text}
        </span>
      )}
    </div>
  );
}
