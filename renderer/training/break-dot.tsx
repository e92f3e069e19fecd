/** The sign of a layer's or an op's breakpoints, where a gutter would have it: hollow until the pointer is there, a click sets and clears. */
import type { MouseEvent } from 'react';
import type { PlaceMark } from '../state/breakpoint-words.js';
import './break-dot.css';

interface Props {
  readonly mark: PlaceMark | undefined;
  /** Training stands here. */
  readonly standing?: boolean;
  /** What it is at, for those who do not see it. */
  readonly name: string;
  onToggle(): void;
}

export function BreakDot({ mark, standing = false, name, onToggle }: Props) {
  const words = mark ? mark.words.join('\n') : `Break before ${name}`;
  return (
    <button
      type="button"
      className="break-dot nodrag nopan"
      tabIndex={-1}
      aria-pressed={mark !== undefined}
      aria-label={mark ? `Breakpoint at ${name}` : words}
      title={mark ? words : `${words} (F9)`}
      data-state={mark?.state}
      data-sign={mark?.sign}
      data-standing={standing || undefined}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        onToggle();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <i aria-hidden />
    </button>
  );
}
