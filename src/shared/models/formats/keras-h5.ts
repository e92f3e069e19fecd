/** Keras's HDF5 files: whole models keep their architecture in the attribute `model_config`. */
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { jsonOf } from '../file-text.js';
import { ModelFileError, type ModelFormat } from '../model-format.js';
import { openKeras } from './keras-json.js';

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
let opened = 0;

export const kerasH5: ModelFormat = {
  title: 'Keras (.h5)',
  matches: ({ bytes }) => signature.every((byte, index) => bytes[index] === byte),
  async open({ bytes }) {
    // Megabytes of WebAssembly, which no other format needs.
    const hdf5 = await import('h5wasm');
    const library = await hdf5.ready;
    // Set by now.
    const files = hdf5.FS!;
    // Otherwise its complaints go to the console, one for each level of its own.
    library.activate_throwing_error_handler();
    const place = `/model-${++opened}.h5`;
    files.writeFile(place, bytes);
    try {
      const file = new hdf5.File(place, 'r');
      try {
        const text = (name: string): string | undefined => {
          const value = file.attrs[name]?.value;
          return typeof value === 'string' ? value : undefined;
        };
        const config = text('model_config');
        if (config === undefined) {
          const groups = file.keys();
          throw new ModelFileError(
            groups.length === 0
              ? 'It is an empty HDF5 file.'
              : `It holds weights alone, without the model’s architecture (${groups.slice(0, 4).join(', ')}): open the .json or the .keras file that belongs to it.`,
          );
        }
        const facts = ['keras_version', 'backend'].flatMap((name) => {
          const value = text(name);
          return value === undefined ? [] : [{ name: name.replace('_', ' '), value }];
        });
        return openKeras('Keras (.h5)', jsonOf(getTextEncoding().encodeUtf8(config)), facts);
      } finally {
        file.close();
      }
    } finally {
      files.unlink(place);
    }
  },
};
