/** The way on from a view that fills while training: Run, or, where the folder is not trusted, trusting it first. */
import type { ReactNode } from 'react';
import { runCommand } from '../state/commands.js';
import { useApp } from '../use-app.js';
import { EmptyState } from '../ui/empty-state.js';
import { Icon } from '../ui/icon.js';

/** Whether a folder is open of which nothing runs. */
export function useRestricted(): boolean {
  return useApp((state) => state.workspace?.trusted === false);
}

/** What cannot be shown before the folder is trusted, with the way to do so. */
export function TrustFirst({
  kind,
  more,
  children,
}: {
  readonly kind?: 'primary';
  readonly more?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <EmptyState
      icon="shield"
      actions={
        <>
          <button className="button" data-kind={kind} onClick={() => void runCommand('workspace.trust')}>
            Trust This Folder…
          </button>
          {more}
        </>
      }
    >
      {children}
    </EmptyState>
  );
}

/** What cannot be shown before what is wrong is mended, with the way to what is. */
export function MendFirst({ children }: { readonly children: ReactNode }) {
  return (
    <EmptyState
      icon="error"
      actions={
        <button className="button" onClick={() => void runCommand('view.show.problems')}>
          Show Problems
        </button>
      }
    >
      {children}
    </EmptyState>
  );
}

interface Props {
  readonly icon?: string;
  /** What the view is for; stands in a trusted folder. */
  readonly words: string;
  /** What it cannot show in a restricted folder: "no step can be looked into". */
  readonly withoutTrust: string;
  readonly primary?: boolean;
  /** What else there is to do; it needs no trust. */
  readonly more?: ReactNode;
}

export function RunOrTrust({ icon, words, withoutTrust, primary, more }: Props) {
  const restricted = useRestricted();
  const open = useApp((state) => state.workspace !== undefined);
  const kind = primary ? 'primary' : undefined;
  if (restricted) {
    return (
      <TrustFirst kind={kind} more={more}>
        Restricted: the code of this folder is not run, so {withoutTrust}. Trust the folder if you know who wrote it.
      </TrustFirst>
    );
  }
  return (
    <EmptyState
      icon={icon}
      actions={
        <>
          <button className="button" data-kind={kind} disabled={!open} onClick={() => void runCommand('run.start')}>
            <Icon name="debug-start" />
            Run <kbd>F5</kbd>
          </button>
          {more}
        </>
      }
    >
      {words}
    </EmptyState>
  );
}

/** The way to runs of other programs, where there are none. */
export function AddEventFiles() {
  const open = useApp((state) => state.workspace !== undefined);
  return (
    <button className="button" disabled={!open} onClick={() => void runCommand('logs.addFolder')}>
      Add Event Files…
    </button>
  );
}
