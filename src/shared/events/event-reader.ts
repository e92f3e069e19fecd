/**
 * All events of a file, by the published messages: for graphs, which are looked for once. Curves are
 * the scanner's, which makes no object of each number. Knows no directories.
 */
import { fromBinary } from '@bufbuild/protobuf';
import type { ByteSource } from '../base/byte-source.js';
import type { NoEvent } from './event-scanner.js';
import { messageOf } from '../base/message-of.js';
import { EventSchema, type Event } from '../generated/tensorflow/core/util/event_pb.js';
import { RecordReader, type RecordProblem } from './record-reader.js';

export interface EventVisitor {
  event(event: Event): void;
  /** What was left out. */
  problem(problem: RecordProblem | NoEvent): void;
}

/** Of one turn of the reader. */
const TURN_BYTES = 2 ** 26;

/** A record that the file's end cuts off is left out without a word: its writer may be at it. */
export function readEvents(source: ByteSource, visitor: EventVisitor): void {
  const reader = new RecordReader(source);
  const records = {
    record(bytes: Uint8Array, _view: DataView, from: number, to: number, offset: number): void {
      let event: Event;
      try {
        // A copy: parts of a message are views of what it was read from, and the reader uses its memory again.
        event = fromBinary(EventSchema, bytes.slice(from, to));
      } catch (error) {
        visitor.problem({ kind: 'no-event', offset, reason: messageOf(error) });
        return;
      }
      visitor.event(event);
    },
    problem: (problem: RecordProblem) => visitor.problem(problem),
  };
  while (reader.read(records, TURN_BYTES) === 'more');
}
