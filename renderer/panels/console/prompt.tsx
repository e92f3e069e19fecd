/** The line to evaluate in: history with the arrow keys, completions of what is in reach where training stands. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { completionsAt, consoleStore, evaluate } from '../../state/session-console.js';
import { CompletingInput } from '../../ui/completing-input.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';

export function Prompt() {
  const paused = useApp((state) => state.session?.status === 'paused');
  const history = useStore(consoleStore, (state) => state.history);
  const [text, setText] = useState('');
  const [at, setAt] = useState<number>();
  const draft = useRef('');
  useEffect(() => setAt(undefined), [history]);

  const recall = (to: number | undefined) => {
    if (at === undefined) draft.current = text;
    setAt(to);
    setText(to === undefined ? draft.current : (history[to] ?? ''));
  };
  // The list of completions, where it is open, has taken its own keys by now.
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'ArrowUp' && history.length > 0) recall(Math.max(0, (at ?? history.length) - 1));
    else if (event.key === 'ArrowDown' && at !== undefined) recall(at + 1 < history.length ? at + 1 : undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <form
      className="console-prompt"
      data-enabled={paused || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        const expression = text.trim();
        if (!paused || expression === '') return;
        setText('');
        void evaluate(expression);
      }}
    >
      <Icon name="chevron-right" />
      <CompletingInput
        aria-label="Evaluate an expression"
        complete={completionsAt}
        side="above"
        disabled={!paused}
        placeholder={
          paused ? 'Evaluate, for example: loss * 2' : 'Expressions can be evaluated while training is paused'
        }
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </form>
  );
}
