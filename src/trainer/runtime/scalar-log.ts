/**
 * Curves on their way to a TensorBoard event file: encoded as they come, written in one go once a
 * second and wherever training rests. What could not be written waits for the next time. Knows
 * nothing of training.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { encodeFileVersion, encodeScalars } from '../../shared/events/event-writer.js';
import { PartialWriteError, type Disk } from './disk.js';

let filesOpened = 0;

export class ScalarLog {
  private waiting: Uint8Array[] = [];
  private file: number | undefined;
  private readonly path: string;

  /** Nothing is created before there is something to write. */
  constructor(
    private readonly folder: string,
    private readonly disk: Disk,
    createdAt: number = Date.now(),
  ) {
    const name = `events.out.tfevents.${Math.floor(createdAt / 1000)}.${hostname()}.${process.pid}.${filesOpened++}.v2`;
    this.path = path.join(folder, name);
    this.waiting.push(encodeFileVersion(createdAt / 1000));
  }

  add(step: number, wallTimeMs: number, scalars: readonly (readonly [tag: string, value: number])[]): void {
    this.waiting.push(encodeScalars(step, wallTimeMs / 1000, scalars));
  }

  /** A whole framed record; its bytes are this log's from here on. */
  addRecord(record: Uint8Array): void {
    this.waiting.push(record);
  }

  get waitingBytes(): number {
    return this.waiting.reduce((sum, bytes) => sum + bytes.byteLength, 0);
  }

  /** @throws what the disk says; what was not written waits, and nothing is written twice */
  flush(): void {
    if (this.waiting.length === 0) return;
    this.file ??= this.open();
    const bytes = this.waiting.length === 1 ? this.waiting[0]! : Buffer.concat(this.waiting);
    this.waiting = [];
    try {
      this.disk.append(this.file, bytes);
    } catch (error) {
      this.waiting.unshift(error instanceof PartialWriteError ? bytes.subarray(error.writtenBytes) : bytes);
      throw error;
    }
  }

  /** Without another attempt to write. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private open(): number {
    mkdirSync(this.folder, { recursive: true });
    return openSync(this.path, 'a');
  }
}
