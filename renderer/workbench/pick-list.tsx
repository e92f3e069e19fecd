/** A box to type in and what matches below it, by keys and by pointer: the palette, and questions with many answers. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { Question } from '../state/dialogs.js';
import { useModal } from '../ui/use-modal.js';
import { fuzzyMatch } from './fuzzy.js';
import './palette.css';

export interface PickItem {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  /** As a person reads it. */
  readonly key?: string;
  /** Letters of the label that matched. */
  readonly at: readonly number[];
}

export const MOST_SHOWN = 200;

interface PickListProps<Item extends PickItem> {
  readonly title: string;
  /** What is typed, for who does not see the placeholder. */
  readonly label: string;
  readonly placeholder: string;
  /** Said where nothing matches. */
  readonly none: string;
  readonly text: string;
  readonly items: readonly Item[];
  onText(text: string): void;
  onChoose(item: Item): void;
  close(): void;
}

export function PickList<Item extends PickItem>(props: PickListProps<Item>) {
  const { title, label, placeholder, none, text, items, onText, onChoose, close } = props;
  const [selected, setSelected] = useState(0);
  const dialog = useModal();
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();

  useEffect(() => setSelected(0), [text]);
  useEffect(() => {
    list.current?.children[selected]?.scrollIntoView({ block: 'nearest' });
  }, [selected, items]);

  const choose = (item: Item | undefined) => item && onChoose(item);
  const move = (event: KeyboardEvent) => {
    const last = items.length - 1;
    const to = {
      ArrowDown: selected >= last ? 0 : selected + 1,
      ArrowUp: selected <= 0 ? last : selected - 1,
      PageDown: Math.min(last, selected + 10),
      PageUp: Math.max(0, selected - 10),
    }[event.key];
    if (to !== undefined) setSelected(to);
    else if (event.key === 'Enter') choose(items[selected]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      className="palette"
      ref={dialog}
      aria-label={title}
      onCancel={(event) => (event.preventDefault(), close())}
      onPointerDown={(event) => event.target === dialog.current && close()}
    >
      <div className="palette-box">
        <input
          className="input"
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={items[selected] ? `${listId}-${selected}` : undefined}
          aria-label={label}
          placeholder={placeholder}
          value={text}
          spellCheck={false}
          data-autofocus
          onChange={(event) => onText(event.target.value)}
          onKeyDown={move}
        />
        <div className="palette-list" role="listbox" id={listId} ref={list} aria-label="Matches">
          {items.slice(0, MOST_SHOWN).map((item, index) => (
            <div
              key={item.id}
              id={`${listId}-${index}`}
              className="palette-item"
              role="option"
              aria-selected={index === selected}
              onPointerMove={() => index !== selected && setSelected(index)}
              onClick={() => choose(item)}
            >
              <span className="palette-label">
                <Marked text={item.label} at={item.at} />
                {item.detail && <span className="palette-detail">{item.detail}</span>}
              </span>
              {item.key && <kbd>{item.key}</kbd>}
            </div>
          ))}
        </div>
        {items.length === 0 && <div className="palette-none">{none}</div>}
      </div>
    </dialog>
  );
}

/** A question with many answers, found by typing. */
export function Pick({
  question,
  answer,
}: {
  question: Extract<Question, { kind: 'pick' }>;
  answer(id: string | undefined): void;
}) {
  const [text, setText] = useState('');
  const items = useMemo(
    () =>
      question.items
        .flatMap((item) => {
          const match =
            fuzzyMatch(text, item.label) ?? (item.detail && fuzzyMatch(text, item.detail) ? noLetters : undefined);
          return match ? [{ at: match.at, score: match.score, ...item }] : [];
        })
        // What is not told apart stays in its order.
        .sort((a, b) => b.score - a.score),
    [question, text],
  );
  return (
    <PickList
      title={question.title}
      label={question.title}
      placeholder={question.title}
      none="Nothing matches."
      text={text}
      items={items}
      onText={setText}
      onChoose={({ id }) => answer(id)}
      close={() => answer(undefined)}
    />
  );
}

const noLetters = { at: [], score: 0 };

function Marked({ text, at }: { text: string; at: readonly number[] }) {
  if (at.length === 0) return <>{text}</>;
  const marked = new Set(at);
  return <>{[...text].map((letter, index) => (marked.has(index) ? <mark key={index}>{letter}</mark> : letter))}</>;
}
