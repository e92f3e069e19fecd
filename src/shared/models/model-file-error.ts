/** What is wrong with a model file, in words for a person. */
export class ModelFileError extends Error {
  constructor(
    message: string,
    /** What the person can do next, where there is something. */
    readonly hint?: string,
  ) {
    super(message);
  }
}
