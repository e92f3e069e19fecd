/** Keras 3's `.keras`: a ZIP archive of `config.json`, `metadata.json` and the weights, which are not read here. */
import { isZip, textOfArchive } from '../keras/keras-files.js';
import type { ModelFormat } from '../model-format.js';
import { openKeras } from './keras-json.js';

export const kerasArchive: ModelFormat = {
  title: 'Keras 3 (.keras)',
  matches: ({ head }) => isZip(head),
  open({ source }) {
    const { topology, facts, compiled } = textOfArchive(source).text;
    return openKeras('Keras 3 (.keras)', topology, [...facts], compiled);
  },
};
