/**
 * What TensorFlow's library writes to a process's error stream while all is well, and cannot be told
 * not to: it is kept from the person, everything else is theirs to see. Pure text.
 */

const chatter = [
  /^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$/,
  // `I0000 00:00:1795258808.646452   18138 port.cc:153] …`: information and warnings, not errors.
  /^[IW]\d{4} [\d:.]+ +\d+ [\w./-]+:\d+\] /,
  /^\d{4}-\d\d-\d\d [\d:.]+: [IW] [\w./-]+:\d+\] /,
  // CUDA's libraries announce themselves twice.
  /^(E\d{4} [\d:.]+ +\d+|\d{4}-\d\d-\d\d [\d:.]+: E) [\w./-]+:\d+\] (Unable to register cu\w+ factory|computation placer already registered)/i,
];

export function isLibraryChatter(line: string): boolean {
  return chatter.some((pattern) => pattern.test(line));
}

/** Passes a stream's text on by whole lines, without the chatter. */
export class WithoutChatter {
  private rest = '';

  /** @returns what is to be passed on now */
  take(chunk: string): string {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop() ?? '';
    return lines
      .filter((line) => !isLibraryChatter(line))
      .map((line) => `${line}\n`)
      .join('');
  }

  /** What is left at the stream's end. */
  flush(): string {
    const { rest } = this;
    this.rest = '';
    return isLibraryChatter(rest) ? '' : rest;
  }
}
