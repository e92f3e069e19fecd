/** Notices in the corner. Information goes by itself; warnings and errors stay until they are closed or acted on. */
import { useEffect, useState } from 'react';
import { dismissNotice, type Notice } from '../state/app-state.js';
import { Icon } from '../ui/icon.js';
import { InlineCode } from '../ui/inline-code.js';
import { useApp } from '../use-app.js';
import './toasts.css';

const SHOWN_AT_ONCE = 4;
const INFO_STAYS_MS = 6000;

export function Toasts() {
  const notices = useApp((state) => state.notices);
  return (
    <div className="toasts" role="region" aria-label="Notices">
      {notices.slice(-SHOWN_AT_ONCE).map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

const icons = { info: 'info', warning: 'warning', error: 'error' } as const;

function Toast({ notice }: { notice: Notice }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (notice.severity !== 'info' || held || notice.actions?.length) return undefined;
    const timer = setTimeout(() => dismissNotice(notice.id), INFO_STAYS_MS);
    return () => clearTimeout(timer);
  }, [notice, held]);
  return (
    <div
      className="toast"
      data-severity={notice.severity}
      role={notice.severity === 'info' ? 'status' : 'alert'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onKeyDown={(event) => event.key === 'Escape' && dismissNotice(notice.id)}
    >
      <Icon name={icons[notice.severity]} />
      <div className="toast-body">
        <div className="selectable">
          <InlineCode text={notice.message} />
        </div>
        {notice.detail && (
          <div className="toast-detail selectable">
            <InlineCode text={notice.detail} />
          </div>
        )}
        {notice.actions && notice.actions.length > 0 && (
          <div className="toast-actions">
            {notice.actions.map((action, index) => (
              <button
                key={action.label}
                className="button"
                data-kind={index === 0 ? 'primary' : undefined}
                onClick={() => {
                  dismissNotice(notice.id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            ))}
          </div>
        )}
      </div>
      <button className="icon-button" aria-label="Close notice" title="Close" onClick={() => dismissNotice(notice.id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
