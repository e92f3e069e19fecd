/** The window: title bar, activity bar, dock, status bar, and what floats above them. */
import { useEffect } from 'react';
import { useApp } from '../use-app.js';
import { Welcome } from '../panels/welcome/welcome.js';
import { ActivityBar } from './activity-bar.js';
import { Banners } from './banners.js';
import { Dock } from './dock.js';
import { Overlays } from './overlays.js';
import { StatusBar } from '../training/index.js';
import { TitleBar } from './title-bar.js';
import './workbench.css';

export function Workbench() {
  const workspace = useApp((state) => state.workspace?.path);
  const ready = useApp((state) => state.info !== undefined);
  useEffect(() => {
    if (ready) requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('backstep:usable')));
  }, [ready]);

  return (
    <div className="workbench">
      <TitleBar />
      <Banners />
      <div className="workbench-body">
        <ActivityBar enabled={workspace !== undefined} />
        {workspace !== undefined ? (
          <Dock key={workspace} workspace={workspace} />
        ) : (
          <main className="welcome-area">{ready && <Welcome />}</main>
        )}
      </div>
      <StatusBar />
      <Overlays />
    </div>
  );
}
