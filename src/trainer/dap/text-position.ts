/** Places in a text, as V8 says them. */
/** Count from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function offsetOf(source: string, { line, column }: Position): number {
  let start = 0;
  for (let number = 0; number < line; number++) start = source.indexOf('\n', start) + 1;
  return start + column;
}
