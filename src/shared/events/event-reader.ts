/**
 * Reads a TensorBoard event file as it grows: bytes in, events and complaints out. Files by
 * TensorFlow, Keras, PyTorch and Backstep alike. Knows no files and no directories.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { crc32c, type Crc32c } from './crc32c.js';
import { EventSchema, type Event } from './generated/event_pb.js';
import type { Summary_Value } from './generated/summary_pb.js';
import { RecordDecoder } from './record-frames.js';
import { scalarOfTensor } from './scalar-of-tensor.js';

export type EventItem =
  | { readonly kind: 'event'; readonly event: Event }
  /** A record that could not be read and was left out; `message` is for a person. */
  | { readonly kind: 'damaged'; readonly offset: number; readonly message: string }
  /** Nothing more of this file can be read; what came before stands. */
  | { readonly kind: 'abandoned'; readonly offset: number; readonly message: string };

export interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly wallTimeSeconds: number;
  readonly value: number;
}

/**
 * One decoder a file. Push what was appended since the last time, then take the items; a record that
 * is not complete yet waits for the next push (`bytesWaiting`).
 */
export class EventDecoder {
  private readonly records: RecordDecoder;
  /** Writers may state a tag's plug-in in its first event only. */
  private readonly pluginByTag = new Map<string, string>();

  constructor(crc: Crc32c = crc32c) {
    this.records = new RecordDecoder(crc);
  }

  get bytesWaiting(): number {
    return this.records.bytesWaiting;
  }

  /** Whether the rest of the file cannot be read. */
  get abandoned(): boolean {
    return this.records.abandoned;
  }

  *push(chunk: Uint8Array): Generator<EventItem, void, void> {
    this.records.push(chunk);
    for (let record = this.records.next(); record; record = this.records.next()) {
      switch (record.kind) {
        case 'record':
          yield this.decode(record.data, record.offset);
          break;
        case 'damaged':
          yield { ...record, message: `The record at byte ${record.offset} does not match its checksum.` };
          break;
        case 'abandoned':
          yield {
            ...record,
            message: `The file cannot be read from byte ${record.offset} on: a record’s length does not match its checksum.`,
          };
          break;
      }
    }
  }

  /** The scalars of an event: version 1 (`simple_value`) and version 2 (tensors of the scalars plug-in). */
  scalarsOf(event: Event): readonly Scalar[] {
    if (event.what.case !== 'summary') return [];
    const scalars: Scalar[] = [];
    for (const entry of event.what.value.value) {
      const value = this.scalarOf(entry);
      if (value !== undefined) {
        scalars.push({ tag: entry.tag, step: Number(event.step), wallTimeSeconds: event.wallTime, value });
      }
    }
    return scalars;
  }

  private scalarOf(entry: Summary_Value): number | undefined {
    const stated = entry.metadata?.pluginData?.pluginName;
    if (stated && !this.pluginByTag.has(entry.tag)) this.pluginByTag.set(entry.tag, stated);
    if (entry.value.case === 'simpleValue') return entry.value.value;
    if (entry.value.case !== 'tensor' || this.pluginByTag.get(entry.tag) !== 'scalars') return undefined;
    return scalarOfTensor(entry.value.value);
  }

  private decode(data: Uint8Array, offset: number): EventItem {
    try {
      return { kind: 'event', event: fromBinary(EventSchema, data) };
    } catch (error) {
      return {
        kind: 'damaged',
        offset,
        message: `The record at byte ${offset} is not an event: ${(error as Error).message}`,
      };
    }
  }
}
