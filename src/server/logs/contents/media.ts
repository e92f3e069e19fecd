/** Pictures and sounds of an event file. What they are is told by their own bytes: a file by others may say anything. */
import type { LogMedia } from '../../../shared/protocol/summaries.js';
import { Failure } from '../../failure.js';
import type { StoredValue } from './stored-value.js';

type ContentType = LogMedia['contentType'];

const LONGEST_LABEL = 10_000;

/** @throws Failure where there is no such picture or sound */
export function mediaOf({ step, wallMs, value: { value } }: StoredValue, index: number): LogMedia {
  const made = (given: Uint8Array | undefined, facts: Partial<LogMedia> = {}): LogMedia => {
    if (!given) throw new Failure('not-found', 'There are not as many of them at this step.');
    // A copy of its own: it is handed on to another thread.
    const bytes = new Uint8Array(given);
    return { contentType: contentTypeOf(bytes), bytes, step, wallMs, ...facts };
  };
  switch (value.case) {
    case 'image': {
      const { encodedImageString, width, height } = value.value;
      return made(index === 0 ? encodedImageString : undefined, { width, height });
    }
    case 'audio': {
      const { encodedAudioString, sampleRate } = value.value;
      return made(index === 0 ? encodedAudioString : undefined, { sampleRate });
    }
    case 'tensor': {
      const { stringVal, tensorShape } = value.value;
      const size = [stringVal[0], stringVal[1]].map((text) => Number(textOf(text)));
      // Pictures follow their width and height; sounds may come in pairs with what they are.
      if (size.every((number) => Number.isInteger(number) && number > 0)) {
        return made(stringVal[index + 2], { width: size[0]!, height: size[1]! });
      }
      if (tensorShape?.dim.length === 2) {
        const label = textOf(stringVal[2 * index + 1]).slice(0, LONGEST_LABEL);
        return made(stringVal[2 * index], label === '' ? {} : { label });
      }
      return made(stringVal[index]);
    }
    default:
      return made(undefined);
  }
}

/** Text of at most as many bytes as make sense as a label. */
function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes?.subarray(0, 4 * LONGEST_LABEL));
}

function contentTypeOf(bytes: Uint8Array): ContentType {
  const begins = (signature: string, at = 0) =>
    bytes.length >= at + signature.length &&
    [...signature].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
  if (begins('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begins('\xff\xd8\xff')) return 'image/jpeg';
  if (begins('GIF87a') || begins('GIF89a')) return 'image/gif';
  if (begins('RIFF') && begins('WEBP', 8)) return 'image/webp';
  if (begins('RIFF') && begins('WAVE', 8)) return 'audio/wav';
  if (begins('fLaC')) return 'audio/flac';
  if (begins('OggS')) return 'audio/ogg';
  if (begins('ID3') || (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0)) return 'audio/mpeg';
  if (begins('BM')) return 'image/bmp';
  return 'application/octet-stream';
}
