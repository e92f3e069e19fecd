/** A text file as people save them: UTF-8 or UTF-16 with their marks, or Windows' own letters. Knows no tables. */
import { readFile } from 'node:fs/promises';
import { DataError } from '../batch-stream.js';

/** @throws DataError where it cannot be read, or is no text */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${path} cannot be read: ${error.message}`, 'Check its permissions, or name another file.');
  });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const kind = packedKind(bytes);
  if (kind !== undefined) {
    throw new DataError(`${path} is ${kind}, not a table in text.`, 'Save or unpack it as a CSV file and name that.');
  }
  if (bytes.includes(0)) throw new DataError(`${path} is not a text file.`, 'Name a CSV file.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function packedKind(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4)
    return 'an Excel workbook or a zip archive';
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11) return 'an old Excel workbook';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'packed with gzip';
  return undefined;
}
