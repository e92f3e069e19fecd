/** What all cards have: the name, the runs, what went wrong; its contents are asked for when it comes into sight. */
import type { ReactNode } from 'react';
import type { SummaryCard } from './summary-groups.js';
import { useInSight } from './use-loaded.js';

export interface CardFrameProps {
  readonly card: SummaryCard;
  /** Without what it shares with its group. */
  readonly title: string;
  readonly wide?: boolean;
  /** What is shown of each run, or of all of them. */
  readonly children: (inSight: boolean) => ReactNode;
}

export function CardFrame({ card, title, wide, children }: CardFrameProps) {
  const [place, inSight] = useInSight();
  const about = card.entries.find(({ tag }) => tag.description)?.tag.description;
  return (
    <figure className="summary-card" data-kind={card.kind} data-wide={wide || undefined} ref={place}>
      <figcaption title={about ? `${card.name}\n${about}` : card.name}>{title}</figcaption>
      {children(inSight)}
    </figure>
  );
}

/** Of one run, where several are shown beside each other. */
export function RunName({
  name,
  colour,
  step,
}: {
  readonly name: string;
  readonly colour: string;
  readonly step?: number;
}) {
  return (
    <div className="summary-run">
      <i style={{ background: colour }} />
      <span>{name}</span>
      {step !== undefined && <span className="dim">step {step}</span>}
    </div>
  );
}

export function CardTrouble({ words }: { readonly words: string }) {
  return <p className="summary-trouble">{words}</p>;
}
