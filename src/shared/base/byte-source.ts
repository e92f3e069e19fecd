/** Where the bytes of a file come from that is read where it is wanted: a file, memory, or a script of a test. */

export interface ByteSource {
  /** How many bytes there are now. A source that is still written to grows; one that was replaced may shrink. */
  readonly size: number;
  /**
   * Fills `into` from its beginning with the bytes from `position` on, as far as there are any, and says how many.
   * Fewer than asked for, or none, is the end for now. @throws what the source has to say where it cannot be read
   */
  read(into: Uint8Array, position: number): number;
}
