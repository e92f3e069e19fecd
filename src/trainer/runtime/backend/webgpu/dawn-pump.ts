/**
 * Turns Dawn's asynchronous answers into synchronous ones. Dawn for Node looks for finished GPU work
 * in callbacks that it hands to the global `setImmediate`; whoever catches the callback can call it
 * at once, as often as it takes. Knows buffers, no tensors.
 */
const SPIN_MS = 0.3;
const NAP_MS = 0.1;

export class DawnPump {
  /** What Dawn wants to be called next, to see what is finished. */
  private tick: (() => void) | undefined;
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4));

  /** Runs a call of Dawn's, and catches the callback that it wants called. That is done later, unless it is done before. */
  catching<T>(call: () => T): T {
    const own = globalThis.setImmediate;
    const later = (callback: () => void): NodeJS.Immediate => {
      this.tick = callback;
      return own(() => {
        if (this.tick === callback) this.runTick();
      });
    };
    globalThis.setImmediate = later as typeof setImmediate;
    try {
      return call();
    } finally {
      globalThis.setImmediate = own;
    }
  }

  /**
   * Blocks until the buffer is mapped for reading.
   * @throws Error where it cannot be, as after the loss of the device
   */
  mapNow(buffer: GPUBuffer): void {
    let failure: unknown;
    this.catching(() => buffer.mapAsync(GPUMapMode.READ)).catch((error: unknown) => (failure = error));
    const began = performance.now();
    while (buffer.mapState === 'pending') {
      // With nothing to call, it would stay pending for ever.
      if (!this.runTick()) throw new Error('Dawn does not say how to wait for the GPU');
      if (performance.now() - began > SPIN_MS) Atomics.wait(this.sleeper, 0, 0, NAP_MS);
    }
    if (buffer.mapState !== 'mapped') {
      throw new Error(failure instanceof Error ? failure.message : 'the GPU device was lost');
    }
  }

  private runTick(): boolean {
    const { tick } = this;
    this.tick = undefined;
    if (tick) this.catching(tick);
    return tick !== undefined;
  }
}
