/** A question in front of the window: keeps the focus, closes on Escape, gives the focus back. */
import { useId, type ReactNode } from 'react';
import { useModal } from './use-modal.js';
import './dialog.css';

export interface DialogProps {
  readonly title: string;
  readonly width?: number;
  readonly children: ReactNode;
  /** Buttons, the first choice last; a form's submit button may be among them. */
  readonly buttons?: ReactNode;
  close(): void;
  submit?(): void;
}

export function Dialog({ title, width = 440, children, buttons, close, submit }: DialogProps) {
  const dialog = useModal();
  const titleId = useId();
  return (
    <dialog
      className="dialog"
      ref={dialog}
      aria-labelledby={titleId}
      style={{ width }}
      onCancel={(event) => (event.preventDefault(), close())}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit?.();
        }}
      >
        <h2 id={titleId}>{title}</h2>
        <div className="dialog-body">{children}</div>
        {buttons && <div className="dialog-buttons">{buttons}</div>}
      </form>
    </dialog>
  );
}
