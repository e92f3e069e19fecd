/** The way on from a view that fills while training: Run, or, where the folder is not trusted, trusting it first. */
import { runCommand } from '../state/commands.js';
import { useApp } from '../use-app.js';
import { EmptyState } from '../ui/empty-state.js';
import { Icon } from '../ui/icon.js';

/** Whether a folder is open of which nothing runs. */
export function useRestricted(): boolean {
  return useApp((state) => state.workspace?.trusted === false);
}

interface Props {
  readonly icon?: string;
  /** What the view is for; stands in a trusted folder. */
  readonly words: string;
  /** What it cannot show in a restricted folder: "no step can be looked into". */
  readonly withoutTrust: string;
  readonly primary?: boolean;
}

export function RunOrTrust({ icon, words, withoutTrust, primary }: Props) {
  const restricted = useRestricted();
  const open = useApp((state) => state.workspace !== undefined);
  const kind = primary ? 'primary' : undefined;
  if (restricted) {
    return (
      <EmptyState
        icon="shield"
        actions={
          <button className="button" data-kind={kind} onClick={() => void runCommand('workspace.trust')}>
            Trust This Folder…
          </button>
        }
      >
        Restricted: the code of this folder is not run, so {withoutTrust}. Trust the folder if you know who wrote it.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={icon}
      actions={
        <button className="button" data-kind={kind} disabled={!open} onClick={() => void runCommand('run.start')}>
          <Icon name="debug-start" />
          Run <kbd>F5</kbd>
        </button>
      }
    >
      {words}
    </EmptyState>
  );
}
