/** One of Keras's files with weights, `.keras` or `.h5`, held open for as long as the process lives. */
import { isHdf5, withHdf5, type Hdf5File } from '../shared/models/containers/hdf5-file.js';
import type { ZipArchive } from '../shared/models/containers/zip-archive.js';
import { isZip, textOfArchive, textOfHdf5, type KerasText } from '../shared/models/keras/keras-files.js';
import { ModelFileError } from '../shared/models/model-file-error.js';
import { bytesAt } from '../shared/models/parts-of-source.js';
import type { ByteSource } from '../shared/base/byte-source.js';
import { openFile } from './file-source.js';

export interface KerasFile {
  readonly text: KerasText;
  readonly container: 'archive' | 'hdf5';
  /** Opened when somebody asks. */
  weights(): Promise<Hdf5File>;
}

/** @throws ModelFileError where it is damaged, or none of Keras's */
export async function openKerasFile(file: string): Promise<KerasFile> {
  const { source } = openFile(file);
  const head = bytesAt(source, 0, Math.min(16, source.size));
  if (isHdf5(head)) {
    const opened = await heldOpen(source);
    return { text: textOfHdf5(opened), container: 'hdf5', weights: () => Promise.resolve(opened) };
  }
  if (!isZip(head)) throw new ModelFileError('It is neither Keras’s .keras nor its .h5.');
  const { archive, text } = textOfArchive(source);
  let weights: Promise<Hdf5File> | undefined;
  return {
    text,
    container: 'archive',
    // Once: to see that it is unharmed, all of it is read.
    weights: () => (weights ??= weightsIn(archive)),
  };
}

function weightsIn(archive: ZipArchive): Promise<Hdf5File> {
  const entry = archive.open('model.weights.h5', Number.MAX_SAFE_INTEGER);
  if (!entry) throw new ModelFileError('It holds no weights: model.weights.h5 is missing in it.');
  return heldOpen(entry);
}

function heldOpen(source: ByteSource): Promise<Hdf5File> {
  return new Promise((resolve, reject) => {
    const held = (file: Hdf5File): Promise<never> => {
      resolve(file);
      return new Promise(() => undefined);
    };
    withHdf5(source, held).catch(reject);
  });
}
