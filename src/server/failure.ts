/** Expected failures of requests: a tag the caller can act on, a sentence for the person, and the next move. */
import { messageOf } from '../shared/base/message-of.js';
import type { RpcErrorTag } from '../shared/protocol/rpc.js';

export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly tag: RpcErrorTag,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

export interface FailureFacts {
  readonly tag: RpcErrorTag;
  readonly message: string;
  readonly hint?: string;
}

/** What the operating system refuses, in plain words. `subject` is what it was about, such as a path. */
export function asFailure(error: unknown, subject?: string): FailureFacts {
  if (error instanceof Failure) return { tag: error.tag, message: error.message, hint: error.hint };
  const code = errorCode(error);
  const what = subject ?? (error as NodeJS.ErrnoException | undefined)?.path ?? 'it';
  switch (code) {
    case 'ENOENT':
      return { tag: 'not-found', message: `“${what}” is not there (any more).` };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        tag: 'permission',
        message: `The system does not allow that for “${what}”.`,
        hint: 'Check who owns the file or folder, and whether it may be written.',
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        tag: 'disk-full',
        message: `There is no room left on the disk for “${what}”.`,
        hint: 'Free some space, then try again. What was there before is unchanged.',
      };
    case 'EEXIST':
    case 'ENOTEMPTY':
      return { tag: 'exists', message: `“${what}” exists already.`, hint: 'Choose another name.' };
    case 'ENOTDIR':
      return { tag: 'not-a-folder', message: `“${what}” is not a folder.` };
    case 'EISDIR':
      return { tag: 'not-text', message: `“${what}” is a folder, not a file.` };
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return { tag: 'invalid-params', message: `“${what}” is no name that this system can use.` };
    case 'EBUSY':
    case 'ETXTBSY':
      return {
        tag: 'busy',
        message: `“${what}” is in use by another program.`,
        hint: 'Close it there, then try again.',
      };
    default:
      return { tag: 'internal', message: messageOf(error) };
  }
}

export function errorCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Runs `work`; what the operating system refuses comes out as a `Failure` about `subject`. */
export async function about<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { tag, message, hint } = asFailure(error, subject);
    throw new Failure(tag, message, hint);
  }
}
