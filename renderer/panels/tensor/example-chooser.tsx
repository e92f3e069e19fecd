/** Which example of the batch: `‹ 3 / 32 ›`, by pointer, wheel of the keyboard's arrows, or typed. */
import { useState } from 'react';
import { Icon } from '../../ui/icon.js';

interface Props {
  readonly count: number;
  /** From 0. */
  readonly example: number;
  readonly what?: string;
  choose(example: number): void;
}

export function ExampleChooser({ count, example, what = 'Example', choose }: Props) {
  const [typed, setTyped] = useState<string>();
  const go = (to: number) => choose(Math.min(Math.max(to, 0), count - 1));
  const keep = () => {
    const wished = Number(typed);
    if (typed !== undefined && typed.trim() !== '' && Number.isInteger(wished)) go(wished);
    setTyped(undefined);
  };
  return (
    <span className="example-chooser" role="group" aria-label={`${what}, counted from 0`}>
      <span className="tensor-label">{what}</span>
      <button
        className="icon-button"
        disabled={example === 0}
        aria-label={`Previous ${what.toLowerCase()}`}
        onClick={() => go(example - 1)}
      >
        <Icon name="chevron-left" />
      </button>
      <input
        className="input"
        inputMode="numeric"
        size={Math.max(2, String(count).length)}
        aria-label={`${what} of ${count}, counted from 0`}
        title="Counted from 0"
        value={typed ?? String(example)}
        onChange={(event) => setTyped(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep();
          else if (event.key === 'ArrowUp') go(example + 1);
          else if (event.key === 'ArrowDown') go(example - 1);
          else if (event.key === 'Escape') setTyped(undefined);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <span className="tensor-label">/ {count.toLocaleString('en-US')}</span>
      <button
        className="icon-button"
        disabled={example >= count - 1}
        aria-label={`Next ${what.toLowerCase()}`}
        onClick={() => go(example + 1)}
      >
        <Icon name="chevron-right" />
      </button>
    </span>
  );
}
