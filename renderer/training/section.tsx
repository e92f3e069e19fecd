/** A section of a side panel that folds away at its heading; which ones are folded is remembered. */
import { useId, useState, type ReactNode } from 'react';
import { readStored, writeStored } from '../state/session-storage.js';
import { Icon } from '../ui/icon.js';

interface Props {
  /** Names the section in the storage. */
  readonly id: string;
  readonly title: string;
  /** Beside the title, dim. */
  readonly note?: ReactNode;
  /** Buttons at the right end. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

const folded = new Set(readStored<readonly string[]>('folded-sections', []));

export function Section({ id, title, note, actions, children }: Props) {
  const [open, setOpen] = useState(!folded.has(id));
  const content = useId();
  const toggle = () => {
    if (open) folded.add(id);
    else folded.delete(id);
    writeStored('folded-sections', [...folded]);
    setOpen(!open);
  };
  return (
    <section className="side-section" data-section={id}>
      <div className="section-heading">
        <button className="section-toggle" aria-expanded={open} aria-controls={content} onClick={toggle}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          {title}
        </button>
        {note !== undefined && <span className="section-note">{note}</span>}
        {open && actions}
      </div>
      {open && (
        <div id={content} className="section-content">
          {children}
        </div>
      )}
    </section>
  );
}
