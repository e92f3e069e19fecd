/** What the debug thread wants of the training thread, in memory that both see: reading it costs the training nothing. */

const slots = {
  stopAfterStep: 0,
  stopAtEpochEnd: 1,
  terminate: 2,
  controlVersion: 3,
  stopReady: 4,
  stopInStep: 5,
  opUnderWay: 6,
  walksThroughSteps: 7,
  stoodMs: 8,
  lineUnderTest: 9,
} as const;

export type StopWish = 'none' | 'pause' | 'step';
const wishes: readonly StopWish[] = ['none', 'pause', 'step'];

/** What training is to stop before, in the middle of a step. */
export type StopInStepWish = 'none' | 'op' | 'layer';
const wishesInStep: readonly StopInStepWish[] = ['none', 'op', 'layer'];

/** Set in the same cell: something waits on the control port. */
const HEAR = 8;

export class SharedFlags {
  private readonly cells: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(4 * Object.keys(slots).length)) {
    this.cells = new Int32Array(memory);
  }

  get stopAfterStep(): StopWish {
    return wishes[Atomics.load(this.cells, slots.stopAfterStep)]!;
  }
  set stopAfterStep(wish: StopWish) {
    Atomics.store(this.cells, slots.stopAfterStep, wishes.indexOf(wish));
  }

  /** Other than 0 where the training is to stop in the middle of a step, or to hear something: the one look an op. */
  get attention(): number {
    return Atomics.load(this.cells, slots.stopInStep);
  }

  get stopInStep(): StopInStepWish {
    return wishesInStep[this.attention & ~HEAR]!;
  }
  set stopInStep(wish: StopInStepWish) {
    Atomics.and(this.cells, slots.stopInStep, HEAR);
    Atomics.or(this.cells, slots.stopInStep, wishesInStep.indexOf(wish));
  }

  /** Number of the op that the training thread is inside of, as `opName` messages tell them; 0: of none. */
  get opUnderWay(): number {
    return Atomics.load(this.cells, slots.opUnderWay);
  }
  set opUnderWay(op: number) {
    // Read by the other thread for a message only, seconds later: written twice an op, it must cost nothing.
    this.cells[slots.opUnderWay] = op;
  }

  /** Number of the breakpoint on a line whose condition or log message is being evaluated; 0: of none. */
  get lineUnderTest(): number {
    return Atomics.load(this.cells, slots.lineUnderTest);
  }
  set lineUnderTest(id: number) {
    Atomics.store(this.cells, slots.lineUnderTest, id);
  }

  /** Whether lines can be stopped at, or something in the middle of a step: compiled steps are walked through, too. */
  get walksThroughSteps(): boolean {
    return Atomics.load(this.cells, slots.walksThroughSteps) === 1 || this.stopInStep !== 'none';
  }
  set walksThroughSteps(wanted: boolean) {
    Atomics.store(this.cells, slots.walksThroughSteps, wanted ? 1 : 0);
  }

  /** All that is wanted of the next stop: any stop answers them. */
  clearWishes(): void {
    this.stopAfterStep = 'none';
    this.stopInStep = 'none';
    this.stopAtEpochEnd = false;
  }

  get stopAtEpochEnd(): boolean {
    return Atomics.load(this.cells, slots.stopAtEpochEnd) === 1;
  }
  set stopAtEpochEnd(wanted: boolean) {
    Atomics.store(this.cells, slots.stopAtEpochEnd, wanted ? 1 : 0);
  }

  get terminate(): boolean {
    return Atomics.load(this.cells, slots.terminate) === 1;
  }
  set terminate(wanted: boolean) {
    Atomics.store(this.cells, slots.terminate, wanted ? 1 : 0);
  }

  /** Whether the debugger is attached and waits for the stop that the training has announced. */
  get stopReady(): boolean {
    return Atomics.load(this.cells, slots.stopReady) === 1;
  }
  set stopReady(ready: boolean) {
    Atomics.store(this.cells, slots.stopReady, ready ? 1 : 0);
    if (ready) Atomics.notify(this.cells, slots.stopReady);
  }

  /** How long training has stood still at stops so far, in whole milliseconds. */
  get stoodMs(): number {
    return Atomics.load(this.cells, slots.stoodMs);
  }
  addStop(ms: number): void {
    Atomics.add(this.cells, slots.stoodMs, Math.round(ms));
  }

  /** Returns every millisecond at least, so that the inspector's own messages get their turn. */
  waitUntilStopReady(): void {
    while (!this.stopReady) Atomics.wait(this.cells, slots.stopReady, 0, 1);
  }

  /** Grows with every message on the control port, so that the training looks there only when something has come. */
  get controlVersion(): number {
    return Atomics.load(this.cells, slots.controlVersion);
  }
  announceControl(): void {
    Atomics.add(this.cells, slots.controlVersion, 1);
    Atomics.or(this.cells, slots.stopInStep, HEAR);
  }
  /** What was announced has been taken. */
  heardControl(): void {
    Atomics.and(this.cells, slots.stopInStep, ~HEAR);
  }
}
