/**
 * Whether training and validation data that were given apart mean the same by their numbers: class 1 of
 * the one must be class 1 of the other. Reads no data.
 */
import type { DataInfo } from '../../../shared/protocol/training.js';
import { DataError } from './batch-stream.js';

export interface NamedData {
  readonly info: DataInfo;
  /** Names of the input's columns, for tables. */
  readonly featureNames?: readonly string[];
}

/** @throws DataError that names what the one has and the other has not */
export function checkSameMeaning(train: NamedData, validation: NamedData): void {
  const inFolders = train.info.source === 'folder' || train.info.source === 'download';
  const classes = difference(train.info.classNames, validation.info.classNames);
  if (classes !== undefined) {
    throw new DataError(
      `Training and validation data have different classes: ${classes}.`,
      `The numbers of classes follow from their names, so both must have the same. ${
        inFolders
          ? 'Put both, as train/ and validation/, into one folder and name that.'
          : 'Use one file with validationSplit, or give both all classes.'
      }`,
    );
  }
  const columns = difference(train.featureNames, validation.featureNames);
  if (columns !== undefined) {
    throw new DataError(
      `Training and validation data have different input columns: ${columns}.`,
      'Texts become one column for each that occurs. Use one file with validationSplit, or name columns of numbers with features.',
    );
  }
}

/** `undefined` where they agree, or one of them has no names. */
function difference(
  train: readonly string[] | undefined,
  validation: readonly string[] | undefined,
): string | undefined {
  if (!train || !validation || train.join('\n') === validation.join('\n')) return undefined;
  const only = (whose: string, names: readonly string[], others: readonly string[]): string[] => {
    const own = names.filter((name) => !others.includes(name));
    const more = own.length > 8 ? ` and ${own.length - 8} more` : '';
    return own.length > 0 ? [`only ${whose} has ${own.slice(0, 8).join(', ')}${more}`] : [];
  };
  const parts = [...only('training', train, validation), ...only('validation', validation, train)];
  return parts.length > 0 ? parts.join('; ') : 'their order is not the same';
}
