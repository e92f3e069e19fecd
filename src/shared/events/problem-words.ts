/** What is wrong with an event file, in words for a person. Knows no file names. */
import type { NoEvent } from './event-scanner.js';
import type { RecordProblem } from './record-reader.js';

/** Of one in which nothing was found. */
export const NO_EVENT_FILE =
  'This is no event file, or it is compressed, or its beginning is damaged: nothing in it is a record.';

export function problemInWords(problem: RecordProblem | NoEvent): string {
  switch (problem.kind) {
    case 'damaged':
      return 'A record does not match its checksum and is left out.';
    case 'too-long':
      return `A record of ${Math.round(problem.bytes / 2 ** 20).toLocaleString('en')} MiB is longer than any that is shown, and is left out.`;
    case 'gap':
      return `${problem.bytes.toLocaleString('en')} bytes are no records and are left out; reading goes on after them.`;
    case 'abandoned':
      return problem.offset === 0
        ? NO_EVENT_FILE
        : 'From here on nothing is a record; the rest of the file is not read.';
    case 'no-event':
      return `A record is left out: ${problem.reason}.`;
  }
}
