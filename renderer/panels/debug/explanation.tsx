/** What is wrong with the training, in plain words: the gravest finding open, the others a line each. */
import { useState } from 'react';
import { findingKey, type Finding } from '../../../src/shared/protocol/diagnosis.js';
import { currentFindings, isNews } from '../../state/explanation.js';
import { Icon } from '../../ui/icon.js';
import { InlineCode } from '../../ui/inline-code.js';
import { useApp } from '../../use-app.js';
import { FindingActions } from './explanation-actions.js';
import './explanation.css';

const icons = { error: 'error', warning: 'warning', info: 'lightbulb' } as const;
/** More of them than this wait behind a button. */
const SHOWN = 4;

export function Explanation() {
  const findings = useApp(currentFindings);
  /** While training runs findings come as they please: they open at its stops. */
  const opens = useApp((state) => findings[0] !== undefined && isNews(findings[0], state));
  const [all, setAll] = useState(false);
  /** What a person has opened or closed themselves. */
  const [chosen, setChosen] = useState<Readonly<Record<string, boolean>>>({});
  if (findings.length === 0) return null;
  const shown = all ? findings : findings.slice(0, SHOWN);
  const hidden = findings.length - shown.length;
  return (
    <section className="explanation" aria-label="What is wrong here">
      {shown.map((finding, index) => {
        const key = findingKey(finding);
        const open = chosen[key] ?? (index === 0 && opens);
        return (
          <FindingCard
            key={key}
            finding={finding}
            open={open}
            onToggle={() => setChosen({ ...chosen, [key]: !open })}
          />
        );
      })}
      {(hidden > 0 || all) && (
        <button className="link-button explanation-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `${hidden} more ${hidden === 1 ? 'finding' : 'findings'}`}
        </button>
      )}
    </section>
  );
}

interface CardProps {
  readonly finding: Finding;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function FindingCard({ finding, open, onToggle }: CardProps) {
  const { severity, title, explanation, advice } = finding;
  return (
    <article className="finding" data-severity={severity} data-rule={finding.rule} data-open={open || undefined}>
      <button className="finding-title" aria-expanded={open} onClick={onToggle}>
        <Icon name={icons[severity]} label={severity} />
        <span>
          <InlineCode text={title} />
        </span>
        <Icon name={open ? 'chevron-up' : 'chevron-down'} className="finding-chevron" />
      </button>
      {open && (
        <div className="finding-body selectable">
          <p>
            <InlineCode text={explanation} />
          </p>
          {advice.length > 0 && (
            <>
              <h4>What people usually do</h4>
              <ul>
                {advice.map((one) => (
                  <li key={one}>
                    <InlineCode text={one} />
                  </li>
                ))}
              </ul>
            </>
          )}
          <FindingActions finding={finding} />
        </div>
      )}
    </article>
  );
}
