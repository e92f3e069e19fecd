/** What the command line's exit codes mean; scripts rely on them. */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 } as const;

/** Wrong usage, in words that say what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
