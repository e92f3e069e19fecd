/** A button that is an icon: its name for those who hear it, and what it does, with its key, for those who rest on it. */
import { Icon } from './icon.js';

interface IconButtonProps {
  readonly icon: string;
  readonly label: string;
  /** Where more is to be said than the label. */
  readonly title?: string;
  onClick?(): void;
}

export function IconButton({ icon, label, title = label, onClick }: IconButtonProps) {
  return (
    <button className="icon-button" title={title} onClick={() => onClick?.()}>
      <Icon name={icon} label={label} />
    </button>
  );
}
