/** Where a finding leads: to its line, and to a breakpoint that stops when it is so again. */
import { useStore } from 'zustand';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { Finding } from '../../../src/shared/protocol/diagnosis.js';
import { notify } from '../../state/app-state.js';
import { openFile } from '../../state/file-actions.js';
import { rulesStore } from '../../state/known-places.js';
import { baseName } from '../../state/paths.js';
import { addBreakpoint } from '../../state/session-breakpoints.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';

/** They tell of a run that has failed: there is nothing to stop at any more. */
const ofFailures: ReadonlySet<string> = new Set(['shapeMismatch', 'outOfMemory', 'disposedTensor']);

export function FindingActions({ finding }: { finding: Finding }) {
  const { rule, file, line } = finding;
  const armed = useApp((state) => state.breakpoints.some(({ at, enabled }) => enabled && isOf(at, rule)));
  const rules = useStore(rulesStore, (state) => state.rules);
  const canArm = rules.length > 0 ? rules.some((one) => one.rule === rule) : !ofFailures.has(rule);
  const arm = () => {
    addBreakpoint({ kind: 'rule', rule }).catch((error: unknown) =>
      notify({
        severity: 'error',
        message: 'The breakpoint could not be set.',
        detail: messageOf(error),
      }),
    );
  };
  return (
    <div className="finding-actions">
      {file !== undefined && line !== undefined && (
        <button className="link-button" onClick={() => void openFile(file, { line, focus: true })}>
          <Icon name="go-to-file" /> {baseName(file)}:{line}
        </button>
      )}
      {canArm &&
        (armed ? (
          <span className="finding-armed">
            <span className="breakpoint-dot" aria-hidden /> Stops when this happens
          </span>
        ) : (
          <button className="link-button" onClick={arm}>
            <span className="breakpoint-dot" aria-hidden /> Stop when this happens
          </button>
        ))}
    </div>
  );
}

const isOf = (at: { readonly kind: string; readonly rule?: string }, rule: string): boolean =>
  at.kind === 'rule' && at.rule === rule;
