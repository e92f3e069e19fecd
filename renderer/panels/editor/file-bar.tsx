/** What the person has to know about the file in front: changed by somebody else, deleted, read-only. */
import type { OpenFile } from '../../state/app-state.js';
import { closeFile, saveFile, takeTheirs } from '../../state/file-actions.js';
import { isLibraryPath } from '../../../src/shared/base/library-path.js';
import { Icon } from '../../ui/icon.js';

export function FileBar({
  file,
  comparing,
  compare,
}: {
  file: OpenFile;
  comparing: boolean;
  compare(on: boolean): void;
}) {
  if (file.conflict) {
    return (
      <div className="file-bar" data-severity="warning" role="alert">
        <Icon name="warning" />
        <span>This file was changed on disk while you were editing it.</span>
        <span className="file-bar-actions">
          <button className="button" onClick={() => compare(!comparing)}>
            {comparing ? 'Back to Editing' : 'Compare'}
          </button>
          <button
            className="button"
            title="Writes your text over the one on disk"
            onClick={() => void saveFile(file.path, { overwrite: true })}
          >
            Overwrite
          </button>
          <button
            className="button"
            title="Drops your edit; Ctrl+Z brings it back"
            onClick={() => takeTheirs(file.path)}
          >
            Take Theirs
          </button>
        </span>
      </div>
    );
  }
  if (file.missing) {
    return (
      <div className="file-bar" data-severity="warning" role="alert">
        <Icon name="trash" />
        <span>This file was deleted on disk. Its text is kept here.</span>
        <span className="file-bar-actions">
          <button className="button" onClick={() => void saveFile(file.path)}>
            Save It Again
          </button>
          <button className="button" onClick={() => void closeFile(file.path)}>
            Close
          </button>
        </span>
      </div>
    );
  }
  if (file.readOnly) {
    return (
      <div className="file-bar" role="status">
        <Icon name="lock" />
        <span>
          {isLibraryPath(file.path)
            ? 'TensorFlow.js’s own source, as the training runs it; it cannot be changed.'
            : 'This file is read-only on disk.'}
        </span>
      </div>
    );
  }
  return null;
}
