/** Keras 3's `.keras`: a ZIP archive of `config.json`, `metadata.json` and the weights, which are not read here. */
import { unzipSync } from 'fflate';
import { isRecord } from '../layer-config.js';
import { jsonOf } from '../file-text.js';
import { ModelFileError, type ModelFormat } from '../model-format.js';
import { openKeras } from './keras-json.js';

/** A configuration is text that a person could read; an archive that unpacks to more is a bomb. */
const MOST_BYTES = 64 * 1024 * 1024;

export const kerasArchive: ModelFormat = {
  title: 'Keras 3 (.keras)',
  matches: ({ bytes }) => bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5),
  open({ bytes }) {
    const wanted = new Set(['config.json', 'metadata.json']);
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!wanted.has(name)) return false;
        if (originalSize > MOST_BYTES) throw new ModelFileError(`${name} in it is larger than any model’s.`);
        return true;
      },
    });
    const config = files['config.json'];
    if (!config) throw new ModelFileError('It is a ZIP archive without config.json.');
    const metadata = files['metadata.json'] && jsonOf(files['metadata.json']);
    const facts = isRecord(metadata)
      ? Object.entries(metadata).flatMap(([name, value]) =>
          typeof value === 'string' ? [{ name: name.replaceAll('_', ' '), value }] : [],
        )
      : [];
    return openKeras('Keras 3 (.keras)', jsonOf(config), facts);
  },
};
