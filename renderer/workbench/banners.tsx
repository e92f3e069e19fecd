/** Lines under the title bar that stay until their cause is gone: connection lost, restricted mode, a second window. */
import { useEffect, useState } from 'react';
import { runCommand } from '../state/commands.js';
import { useApp } from '../use-app.js';
import { Icon } from '../ui/icon.js';

/** A short break heals by itself and is not worth a jump of the whole window. */
const PATIENCE_MS = 1200;

export function Banners() {
  const connected = useApp((state) => state.connection === 'open');
  const workspace = useApp((state) => state.workspace);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (connected) {
      setLost(false);
      return undefined;
    }
    const timer = setTimeout(() => setLost(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [connected]);

  return (
    <>
      {lost && (
        <div className="banner" data-severity="error" role="alert">
          <Icon name="debug-disconnect" />
          <span>
            <strong>Backstep’s server does not answer.</strong> Trying again… Your edits are kept. If it has ended,
            start it with <code>npm start</code> and open the address that it prints.
          </span>
        </div>
      )}
      {workspace && !workspace.trusted && (
        <div className="banner" data-severity="info" role="status">
          <Icon name="shield" />
          <span>
            <strong>Restricted mode.</strong> This folder can be read and edited; none of its code runs until you trust
            it.
          </span>
          <button className="link-button" onClick={() => void runCommand('workspace.trust')}>
            Trust this folder…
          </button>
        </div>
      )}
      {workspace?.alsoOpenIn && (
        <div className="banner" data-severity="warning" role="status">
          <Icon name="multiple-windows" />
          <span>
            This folder is open in another Backstep too ({workspace.alsoOpenIn}). Changes made there show up here; a
            file changed in both asks which to keep.
          </span>
        </div>
      )}
    </>
  );
}
