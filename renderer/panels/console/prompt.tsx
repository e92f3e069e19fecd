/** The line to evaluate in: history with the arrow keys, completions of what is in reach where training stands. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { completionsAt, consoleStore, evaluate, type Completion } from '../../state/session-console.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';

/** A person types faster than it is worth asking. */
const ASK_AFTER_MS = 80;

const icons: Readonly<Record<string, string>> = { function: 'symbol-method', class: 'symbol-class' };

interface Offer {
  readonly list: readonly Completion[];
  readonly at: number;
  /** The person has moved in the list, so Enter takes from it. */
  readonly chosen: boolean;
}

export function Prompt() {
  const paused = useApp((state) => state.session?.status === 'paused');
  const history = useStore(consoleStore, (state) => state.history);
  const [text, setText] = useState('');
  const [at, setAt] = useState<number>();
  const [offer, setOffer] = useState<Offer>();
  const draft = useRef('');
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);
  const list = useId();
  useEffect(() => setAt(undefined), [history]);
  useEffect(() => {
    if (!paused) setOffer(undefined);
  }, [paused]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    document.getElementById(`${list}-${offer?.at}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, offer]);

  const forget = () => {
    clearTimeout(timer.current);
    asked.current++;
    setOffer(undefined);
  };
  const complete = (typed: string, caret: number) => {
    clearTimeout(timer.current);
    const number = ++asked.current;
    timer.current = setTimeout(() => {
      completionsAt(typed, caret).then(
        (found) => {
          if (number === asked.current) setOffer(found.length > 0 ? { list: found, at: 0, chosen: false } : undefined);
        },
        // Half a name is often no expression; there is then nothing to offer.
        (error: unknown) => {
          console.debug('nothing to complete', error);
          if (number === asked.current) setOffer(undefined);
        },
      );
    }, ASK_AFTER_MS);
  };
  const take = (completion: Completion | undefined) => {
    const field = input.current;
    if (!completion || !field) return;
    const caret = field.selectionStart ?? text.length;
    const head = text.slice(0, completion.from) + completion.label;
    forget();
    setText(head + text.slice(caret));
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(head.length, head.length);
    });
  };
  const recall = (to: number | undefined) => {
    if (at === undefined) draft.current = text;
    forget();
    setAt(to);
    setText(to === undefined ? draft.current : (history[to] ?? ''));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key } = event;
    if (offer && (key === 'ArrowDown' || key === 'ArrowUp')) {
      const count = offer.list.length;
      const next = offer.chosen || key === 'ArrowUp' ? offer.at + (key === 'ArrowDown' ? 1 : -1) : 0;
      setOffer({ ...offer, at: (next + count) % count, chosen: true });
    } else if (offer && (key === 'Tab' || (key === 'Enter' && offer.chosen))) take(offer.list[offer.at]);
    else if (offer && key === 'Escape') forget();
    else if (key === ' ' && event.ctrlKey) complete(text, input.current?.selectionStart ?? text.length);
    else if (key === 'ArrowUp' && history.length > 0) recall(Math.max(0, (at ?? history.length) - 1));
    else if (key === 'ArrowDown' && at !== undefined) recall(at + 1 < history.length ? at + 1 : undefined);
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
        forget();
        setText('');
        void evaluate(expression);
      }}
    >
      <Icon name="chevron-right" />
      <input
        ref={input}
        role="combobox"
        aria-label="Evaluate an expression"
        aria-autocomplete="list"
        aria-expanded={offer !== undefined}
        aria-controls={list}
        aria-activedescendant={offer ? `${list}-${offer.at}` : undefined}
        spellCheck={false}
        autoComplete="off"
        disabled={!paused}
        placeholder={
          paused ? 'Evaluate, for example: loss * 2' : 'Expressions can be evaluated while training is paused'
        }
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          complete(event.target.value, event.target.selectionStart ?? event.target.value.length);
        }}
        onKeyDown={onKeyDown}
        onBlur={forget}
      />
      {offer && (
        <ul className="console-completions" id={list} role="listbox" aria-label="Completions">
          {offer.list.map((completion, index) => (
            <li
              key={completion.label}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === offer.at}
              // Before the field loses the keyboard.
              onMouseDown={(event) => {
                event.preventDefault();
                take(completion);
              }}
            >
              <Icon name={icons[completion.kind] ?? 'symbol-field'} />
              {completion.label}
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
