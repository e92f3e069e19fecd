/** A button that runs a command: greyed when it cannot be done, its tooltip naming title and key. */
import type { ReactNode } from 'react';
import { host } from '../host/index.js';
import { findCommand, runCommand, shownKeys } from '../state/commands.js';
import { Icon } from '../ui/icon.js';
import { forPerson } from '../workbench/keys.js';

interface Props {
  readonly command: string;
  readonly icon: string;
  /** In place of the command's own title. */
  readonly title?: string;
  /** Another line of the tooltip. */
  readonly more?: string;
  readonly tone?: 'good' | 'stop' | 'accent';
  readonly enabled: boolean;
  readonly children?: ReactNode;
}

export function CommandButton({ command, icon, title, more, tone, enabled, children }: Props) {
  const words = title ?? shortTitle(command);
  return (
    <button
      className="icon-button command-button"
      data-tone={tone}
      data-command={command}
      disabled={!enabled}
      aria-label={words}
      title={[withKeys(words, command), more].filter(Boolean).join('\n')}
      onClick={() => void runCommand(command)}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}

function shortTitle(command: string): string {
  return findCommand(command)?.title.replace(/^[^:]+: /, '') ?? command;
}

/** "Pause (F6)". */
export function withKeys(words: string, command: string): string {
  const found = findCommand(command);
  const keys = found && shownKeys(found)[0];
  return keys ? `${words} (${forPerson(keys, host.isMac)})` : words;
}
