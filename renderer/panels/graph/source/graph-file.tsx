/** Which file by others is shown in place of the experiment's graph, what it says of itself, and the way back. */
import { closeModel, showModelGraph } from '../../../state/opened-model.js';
import { trainModel } from '../../../state/train-model.js';
import { Icon } from '../../../ui/icon.js';
import type { GraphSource } from './graph-source.js';

export function GraphFile({ file }: { file: NonNullable<GraphSource['file']> }) {
  const { name, path, model, index } = file;
  const facts = model?.facts.map((fact) => `${fact.name}: ${fact.value}`) ?? [];
  return (
    <div className="graph-file" role="note" aria-label="Model file">
      <Icon name="file-binary" />
      <strong title={[...facts, ...(model?.notes ?? [])].join('\n')}>{name}</strong>
      <span className="dim">{model?.format ?? 'opening…'}</span>
      {model && model.graphs.length > 1 && (
        <select
          className="input"
          aria-label="Graph in the file"
          value={index}
          onChange={(event) => showModelGraph(Number(event.target.value))}
        >
          {model.graphs.map(({ title }, place) => (
            <option key={place} value={place}>
              {title}
            </option>
          ))}
        </select>
      )}
      {model?.training && (
        <button
          className="button"
          title="Writes an experiment beside the file, which trains this model"
          onClick={() => void trainModel(path)}
        >
          Train This Model…
        </button>
      )}
      <button className="icon-button" title="Back to the experiment’s graph" onClick={closeModel}>
        <Icon name="close" label="Close the model file" />
      </button>
      {model && model.notes.length > 0 && <p className="dim">{model.notes.join(' ')}</p>}
    </div>
  );
}
