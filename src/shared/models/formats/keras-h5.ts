/** Keras's HDF5 files: whole models keep their architecture in the attribute `model_config`. */
import { isHdf5, withHdf5 } from '../containers/hdf5-file.js';
import { textOfHdf5 } from '../keras/keras-files.js';
import type { ModelFormat } from '../model-format.js';
import { openKeras } from './keras-json.js';

export const kerasH5: ModelFormat = {
  title: 'Keras (.h5)',
  matches: ({ head }) => isHdf5(head),
  open: ({ source }) =>
    withHdf5(source, (file) => {
      const { topology, facts, compiled } = textOfHdf5(file);
      return openKeras('Keras (.h5)', topology, [...facts], compiled);
    }),
};
