/** What TensorFlow's library says when an op fails, in words for a person. Pure. */

/** The error of an op, said plainly; anything else as it is. */
export function plainNativeError(op: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const text = /^Invalid TF_Status: \d+\s+Message: ([\s\S]*)$/.exec(error.message)?.[1];
  if (text === undefined) return error;
  return new Error(messageOf(op, text.trim()), { cause: error });
}

function messageOf(op: string, text: string): string {
  const full = /OOM when allocating tensor with shape\[([\d,]*)\] and type (\w+) on \S*device:(\w+)/.exec(text);
  if (full) {
    const [, shape, type, device] = full as unknown as [string, string, string, string];
    const where = device === 'GPU' ? 'on the GPU ' : '';
    return (
      `Out of memory: there is no room ${where}for a tensor of ${shape.replaceAll(',', '×')} (${type}). ` +
      'A smaller batch, a smaller image or fewer filters need less.'
    );
  }
  // Of later lines and of where in the library it was, nobody outside of it can make anything.
  const [line = text] = text.split('\n');
  return `${op}: ${line.replace(/ ?\[Op:\w+\].*$/, '')}`;
}
