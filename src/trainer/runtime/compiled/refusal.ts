/** Why a step cannot be compiled: thrown while it is recorded, caught where compiling begins. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param message in plain words, without a full stop: "the step reads a value while it runs"
   * @param at stack of where it happened, to be turned into a line of the person's own code
   */
  constructor(
    message: string,
    readonly at?: string,
  ) {
    super(message);
  }
}

/** Long enough to reach the person's own code, from below all of the library. */
export function stackHere(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}
