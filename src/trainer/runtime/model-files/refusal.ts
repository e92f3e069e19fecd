/** Why one layer cannot be made, to be put after its name: `TensorFlow.js has no groups=2 for it`. */
export class Refusal extends Error {
  constructor(
    readonly reason: string,
    /** What would help, where something does. */
    readonly help?: string,
  ) {
    super(reason);
  }
}
