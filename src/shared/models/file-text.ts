/** Model files that are text. */
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { messageOf } from '../base/message-of.js';
import { ModelFileError } from './model-format.js';

/** Text in UTF-8, without a byte order mark. @throws ModelFileError where it is none */
export function textOf(bytes: Uint8Array): string {
  try {
    return getTextEncoding()
      .decodeUtf8(bytes)
      .replace(/^\ufeff/, '');
  } catch {
    throw new ModelFileError('It is not text in UTF-8.');
  }
}

/** @throws ModelFileError where it is no JSON */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError(`It is not JSON: ${messageOf(error)}`);
  }
}
