/**
 * The files that hold models of Keras, as far as they are text: architecture, how it was compiled, which
 * Keras wrote it. Their weights are read by whoever wants them.
 */
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import type { ByteSource } from '../../base/byte-source.js';
import { bytesAt } from '../parts-of-source.js';
import { jsonOf } from '../file-text.js';
import type { Hdf5File } from '../containers/hdf5-file.js';
import { isRecord } from '../is-record.js';
import { ModelFileError } from '../model-file-error.js';
import { openZip, type ZipArchive } from '../containers/zip-archive.js';

export interface KerasText {
  /** `{ class_name, config }`, as the file has it. */
  readonly topology: unknown;
  /** `optimizer`, `loss` and `metrics`, where the model was compiled. */
  readonly compiled?: Readonly<Record<string, unknown>>;
  /** `3.15.1`; `undefined` where the file does not say. */
  readonly version?: string;
  /** What else it says of itself. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

/** A configuration is text that a person could read; an archive that unpacks to more is a bomb. */
const MOST_BYTES = 64 * 1024 * 1024;

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** Of a `.keras` archive. @throws ModelFileError */
export function textOfArchive(source: ByteSource): { readonly text: KerasText; readonly archive: ZipArchive } {
  const archive = openZip(source);
  const json = (name: string): unknown => {
    const entry = archive.open(name, MOST_BYTES);
    return entry && jsonOf(bytesAt(entry, 0, entry.size));
  };
  const topology = json('config.json');
  if (topology === undefined) throw new ModelFileError('It is a ZIP archive without config.json.');
  const metadata = json('metadata.json');
  const facts = isRecord(metadata)
    ? Object.entries(metadata).flatMap(([name, value]) =>
        typeof value === 'string' ? [{ name: name.replaceAll('_', ' '), value }] : [],
      )
    : [];
  const compiled = isRecord(topology) ? topology['compile_config'] : undefined;
  const version = isRecord(metadata) ? metadata['keras_version'] : undefined;
  return {
    archive,
    text: {
      topology,
      facts,
      ...(isRecord(compiled) ? { compiled } : {}),
      ...(typeof version === 'string' ? { version } : {}),
    },
  };
}

/** Of an HDF5 file with a whole model. @throws ModelFileError where it holds weights alone */
export function textOfHdf5(file: Hdf5File): KerasText {
  const config = file.text('', 'model_config');
  if (config === undefined) {
    const groups = file.names('');
    throw new ModelFileError(
      groups.length === 0
        ? 'It is an empty HDF5 file.'
        : `It holds weights alone, without the model’s architecture (${groups.slice(0, 4).join(', ')}): open the .json or the .keras file that belongs to it.`,
    );
  }
  const facts = ['keras_version', 'backend'].flatMap((name) => {
    const value = file.text('', name);
    return value === undefined ? [] : [{ name: name.replace('_', ' '), value }];
  });
  const training = file.text('', 'training_config');
  const compiled = training === undefined ? undefined : jsonText(training);
  const version = file.text('', 'keras_version');
  return {
    topology: jsonText(config),
    facts,
    ...(isRecord(compiled) ? { compiled } : {}),
    ...(version === undefined ? {} : { version }),
  };
}

function jsonText(text: string): unknown {
  return jsonOf(getTextEncoding().encodeUtf8(text));
}
