/** What the window shows while no folder is open: samples, folders, the few keys worth knowing. */
import { useState } from 'react';
import { host } from '../../host/index.js';
import { runCommand } from '../../state/commands.js';
import { showEngine } from '../../state/engine.js';
import { shortProgress } from '../../state/engine-words.js';
import { folderName } from '../../state/paths.js';
import { forgetRecent, openFolder, openSample } from '../../state/workspace-actions.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import './welcome.css';

const hints: readonly (readonly [key: string, says: string])[] = [
  ['F5', 'train'],
  ['F10', 'one step'],
  ['Ctrl+P', 'go to a file'],
  ['Ctrl+Shift+P', 'all commands'],
  ['F6', 'next part of the window'],
];

export function Welcome() {
  const info = useApp((state) => state.info);
  const [opening, setOpening] = useState<string>();
  if (!info) return null;
  const busy = (what: string, work: Promise<void>) => {
    setOpening(what);
    void work.finally(() => setOpening(undefined));
  };
  const recent = info.recentFolders.slice(0, 8);

  return (
    <div className="welcome">
      <div className="welcome-content">
        <header>
          <h1>Backstep</h1>
          <p>Write a model, train it, and step through its training as you step through code.</p>
        </header>

        <section aria-labelledby="welcome-samples" className="welcome-samples">
          <h2 id="welcome-samples">Start with a sample</h2>
          <div className="cards">
            {info.samples.map((sample, index) => (
              <button
                key={sample.id}
                className="card"
                data-autofocus={index === 0 || undefined}
                disabled={opening !== undefined}
                onClick={() => busy(sample.id, openSample(sample.id))}
              >
                <span className="card-title">
                  {sample.title}
                  {opening === sample.id && <Icon name="loading" className="codicon-modifier-spin" label="opening" />}
                </span>
                <span className="card-text">{sample.description}</span>
                <span className="card-tags">{sample.tags.join(' · ')}</span>
              </button>
            ))}
          </div>
          <p className="welcome-note">A sample is copied to {info.samplesFolder}, so that it is yours to change.</p>
        </section>

        <section aria-labelledby="welcome-folders" className="welcome-folders">
          <h2 id="welcome-folders">Or open a folder</h2>
          <button className="button" data-kind="primary" onClick={() => void runCommand('workspace.openFolder')}>
            <Icon name="folder-opened" /> Open Folder…
          </button>
          {recent.length > 0 && <h3>Recent</h3>}
          <ul className="recent">
            {recent.map((folder) => (
              <li key={folder.path}>
                <button
                  className="recent-open"
                  disabled={!folder.exists || opening !== undefined}
                  title={folder.exists ? folder.path : `${folder.path} is not there any more`}
                  onClick={() => busy(folder.path, openFolder(folder.path))}
                >
                  <span className="recent-name">{folder.name}</span>
                  <span className="recent-path">
                    <bdi>{folder.exists ? folderName(folder.path) : 'not there any more'}</bdi>
                  </span>
                </button>
                <button
                  className="icon-button"
                  title="Take off this list"
                  aria-label={`Take ${folder.name} off this list`}
                  onClick={() => void forgetRecent(folder.path)}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
          {recent.length === 0 && (
            <p className="welcome-note">
              Any folder with a TypeScript or JavaScript experiment in it. It stays where it is.
            </p>
          )}
          <EngineNote />
        </section>

        <footer className="welcome-hints">
          {hints.map(([key, says]) => (
            <span key={key}>
              <kbd>{host.isMac ? key.replace('Ctrl', '⌘').replace('Shift', '⇧').replaceAll('+', '') : key}</kbd> {says}
            </span>
          ))}
        </footer>
      </div>
    </div>
  );
}

/** Samples train at once; this is what would make them quicker. */
function EngineNote() {
  const engine = useApp((state) => state.engine);
  if (!engine) return null;
  const { installed, progress } = engine;
  return (
    <div className="welcome-engine">
      <h3>Speed</h3>
      <p>
        {progress
          ? shortProgress(progress)
          : installed?.trouble !== undefined
            ? 'Native TensorFlow cannot be used as it is.'
            : installed
              ? `Native TensorFlow ${installed.version} is set up; runs use it.`
              : 'Everything trains as it is, with WebAssembly. Native TensorFlow makes it several times faster.'}
      </p>
      <button className="link-button" onClick={() => void showEngine()}>
        {progress ? 'Show how far it is…' : installed ? 'About native TensorFlow…' : 'Set up native TensorFlow…'}
      </button>
    </div>
  );
}
