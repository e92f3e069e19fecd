/**
 * One event file: read on from where the last look ended, its tags and what they hold. Sink of the scanner. Knows
 * neither runs nor windows.
 */
import { crc32c as nativeCrc32c } from '@node-rs/crc32';
import { messageOf } from '../../shared/base/message-of.js';
import { EventScanner, type EventSink, type ItemPlace, type NoEvent } from '../../shared/events/event-scanner.js';
import { NO_EVENT_FILE, problemInWords } from '../../shared/events/problem-words.js';
import { RecordReader, type RecordProblem } from '../../shared/events/record-reader.js';
import type { TagFacts } from '../../shared/events/tag-facts.js';
import { errorCode } from '../failure.js';
import { FileSource } from './file-source.js';
import { ItemList } from './item-list.js';
import { ScalarColumn } from './scalar-column.js';

export interface FileTag {
  readonly facts: TagFacts;
  /** Of scalars. */
  readonly column: ScalarColumn | undefined;
  /** Of everything else. */
  readonly items: ItemList | undefined;
  /** Of settings: what was stated last. */
  content?: { readonly bytes: Uint8Array; readonly wallMs: number };
  /** Of the last time it had more than before; see `LogClock`. */
  changedAt: number;
  seen: number;
}

export interface FileProblem {
  readonly offset?: number;
  readonly message: string;
}

/** Counts readings, so that anybody can ask for what came after one. */
export interface LogClock {
  now: number;
}

/** A limit on everything that is kept in memory, over all files. */
export interface PointBudget {
  left: number;
}

const KEPT_PROBLEMS = 20;
/** The furthest from 1970 that a date can be; what says to be further, or no number, is no time. */
const FURTHEST_MS = 8.64e15;
/** A record at the end that is not complete is nothing to tell while somebody may be writing it. */
const STILL_WRITING_MS = 10_000;

export class LogFile {
  tags: FileTag[] = [];
  problemCount = 0;
  /** Of the last time any of its tags had more than before; see `LogClock`. */
  changedAt = 0;
  /** Grows when what was read before counts no longer: the file was replaced. */
  generation = 0;
  /** Of the last time that it did; see `LogClock`. */
  begunAnewAt = 0;
  private kept: FileProblem[] = [];
  private reader: RecordReader;
  private scanner: EventScanner;
  private readonly source: FileSource;
  private lastWallMs = 0;
  /** As of the last look. */
  private modifiedMs = 0;
  /** Why it cannot be read at all (now). */
  private failure: string | undefined;
  /** All logs together are as large as they may be. */
  private stopped = false;

  constructor(
    readonly path: string,
    private readonly clock: LogClock,
    private readonly budget: PointBudget,
  ) {
    this.source = new FileSource(path);
    [this.reader, this.scanner] = this.begin();
  }

  get bytesRead(): number {
    return this.reader.position;
  }

  get totalBytes(): number {
    return this.source.size;
  }

  /** When it was last written, as of the last look. */
  get writtenMs(): number {
    return this.source.modifiedMs;
  }

  /** The first of them; what is wrong for now comes last. */
  get problems(): FileProblem[] {
    const { lostSince, position } = this.reader;
    const waiting = this.source.size - position;
    const isOld = Date.now() - this.source.modifiedMs > STILL_WRITING_MS;
    return [
      ...this.kept,
      ...(lostSince === undefined || this.reader.abandoned
        ? []
        : [
            {
              offset: lostSince,
              message: lostSince === 0 ? NO_EVENT_FILE : 'From here on nothing is a record so far.',
            },
          ]),
      ...(this.failure === undefined ? [] : [{ message: `It cannot be read: ${this.failure}.` }]),
      ...(this.stopped
        ? [
            {
              offset: position,
              message:
                'The rest is not read: all open logs together hold more points than fit into memory. Close some of them.',
            },
          ]
        : []),
      ...(waiting > 0 && isOld && lostSince === undefined && !this.reader.abandoned && !this.stopped
        ? [
            {
              offset: position,
              message: 'The file ends in the middle of a record: its writer was cut off, or is not done.',
            },
          ]
        : []),
    ];
  }

  /** Sees whether there is more, without reading it. */
  look(): boolean {
    try {
      const found = this.source.look();
      this.failure = undefined;
      if (found === 'replaced' || this.source.size < this.reader.position || this.isWrittenAnew()) this.beginAnew();
      return !this.reader.abandoned && this.source.size > this.reader.position;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** With as many bytes as before: one that grew is told from it when it is read on. */
  private isWrittenAnew(): boolean {
    const { modifiedMs, size } = this.source;
    if (modifiedMs === this.modifiedMs) return false;
    this.modifiedMs = modifiedMs;
    if (size !== this.reader.position) return false;
    const isAnother = !this.reader.hasSameEnd();
    this.source.close();
    return isAnother;
  }

  /** Reads about that many bytes; true where there may be more at once. */
  readOn(bytes: number): boolean {
    let more = false;
    try {
      this.stopped = this.budget.left <= 0;
      if (this.stopped) return false;
      const progress = this.reader.read(this.scanner, bytes);
      if (progress === 'replaced') this.beginAnew();
      more = progress === 'more' || progress === 'replaced';
    } catch (error) {
      this.fail(error);
    } finally {
      if (!more) this.source.close();
    }
    this.noteChanges();
    return more;
  }

  /** Bytes of the middle of the file. @throws the file system's error */
  part(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.source.part(offset, length);
  }

  dispose(): void {
    this.source.close();
    this.giveBack();
  }

  private begin(): [RecordReader, EventScanner] {
    return [new RecordReader(this.source, (bytes) => nativeCrc32c(bytes)), new EventScanner(this.sink())];
  }

  private beginAnew(): void {
    this.source.close();
    this.giveBack();
    this.tags = [];
    this.kept = [];
    this.problemCount = 0;
    this.generation++;
    this.stopped = false;
    this.changedAt = this.begunAnewAt = ++this.clock.now;
    [this.reader, this.scanner] = this.begin();
  }

  private giveBack(): void {
    for (const { column, items } of this.tags) this.budget.left += (column?.length ?? 0) + 2 * (items?.length ?? 0);
  }

  private noteChanges(): void {
    let changed = false;
    for (const tag of this.tags) {
      const length = (tag.column?.length ?? 0) + (tag.items?.length ?? 0);
      if (length === tag.seen) continue;
      if (!changed) this.clock.now++;
      changed = true;
      this.budget.left -= (length - tag.seen) * (tag.column ? 1 : 2);
      tag.seen = length;
      tag.changedAt = this.changedAt = this.clock.now;
    }
  }

  private fail(error: unknown): void {
    // One that is gone is no longer there when runs are looked for the next time.
    const isGone = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
    this.failure = isGone ? undefined : messageOf(error);
  }

  /** A time that is none is that of what was written before: one of them would leave no room for all others. */
  private wallMs(seconds: number): number {
    const ms = seconds * 1000;
    if (Math.abs(ms) <= FURTHEST_MS) this.lastWallMs = ms;
    return this.lastWallMs;
  }

  private tell(problem: FileProblem): void {
    this.problemCount++;
    if (this.kept.length < KEPT_PROBLEMS) this.kept.push(problem);
  }

  private sink(): EventSink {
    return {
      tag: (facts: TagFacts) => {
        const isScalar = facts.kind === 'scalar';
        this.tags.push({
          facts,
          column: isScalar ? new ScalarColumn() : undefined,
          items: isScalar ? undefined : new ItemList(),
          changedAt: 0,
          seen: 0,
        });
      },
      scalar: (tag: number, step: number, wallSeconds: number, value: number) =>
        this.tags[tag]!.column!.push(step, this.wallMs(wallSeconds), value),
      item: (tag: number, step: number, wallSeconds: number, place: ItemPlace) =>
        this.tags[tag]!.items!.push(step, this.wallMs(wallSeconds), place),
      content: (tag: number, bytes: Uint8Array, wallSeconds: number) => {
        this.tags[tag]!.content = { bytes, wallMs: this.wallMs(wallSeconds) };
      },
      restart: (step: number) => {
        for (const { column } of this.tags) column?.restart(step);
      },
      problem: (problem: RecordProblem | NoEvent) =>
        this.tell({ offset: problem.offset, message: problemInWords(problem) }),
    };
  }
}
