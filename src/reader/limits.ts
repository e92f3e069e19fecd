/**
 * What reading a file may take. A thread beside the work watches, for what a damaged file does to a library in
 * WebAssembly hears nobody; beyond the limits it ends the process. Time is the processor's: a busy machine makes
 * no file damaged. Knows no files but their sizes.
 */
import { Worker } from 'node:worker_threads';

const LEAST_MS = 5_000;
/** Text that was written for people takes longest. */
const BYTES_A_MS = 2_000;
const LEAST_BYTES = 900 * 1024 ** 2;
/** What is made of a file is larger than the file. */
const BYTES_A_BYTE = 4;

export interface Limits {
  /** Of the processor. */
  readonly limitMs: number;
  /** Of the whole process. */
  readonly mostBytes: number;
}

export function limitsFor(fileBytes: number, limitMs?: number): Limits {
  return {
    limitMs: limitMs ?? LEAST_MS + fileBytes / BYTES_A_MS,
    mostBytes: LEAST_BYTES + BYTES_A_BYTE * fileBytes,
  };
}

export function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export class Watch {
  /** Processor time of the process and its bytes, both at most, as the thread sees them. */
  private readonly shared = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));

  constructor() {
    this.disarm();
    new Worker(new URL('./watch.js', import.meta.url), { workerData: this.shared }).unref();
  }

  arm({ limitMs, mostBytes }: Limits): void {
    this.shared[1] = mostBytes;
    this.shared[0] = usedMs() + limitMs;
  }

  disarm(): void {
    this.shared.fill(Infinity);
  }
}
