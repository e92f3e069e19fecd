/**
 * From records to events' values: scalars by hand, one number at a time and without an object a record, everything else
 * by the published messages. The stage between the reader of records and the store of series. Knows no files.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { messageOf } from '../base/message-of.js';
import { SessionLog_SessionStatus, SessionLogSchema } from '../generated/tensorflow/core/util/event_pb.js';
import { Summary_ValueSchema } from '../generated/tensorflow/core/framework/summary_pb.js';
import { type RecordProblem, type RecordVisitor } from './record-reader.js';
import { factsOfTag, factsOfValue, graphTag, type TagFacts } from './tag-facts.js';
import { TagTable } from './tag-table.js';

/** A part of the file that holds a message of its own: for a summary's values a `Summary.Value`. */
export interface ItemPlace {
  readonly offset: number;
  readonly length: number;
  /** Pictures, sounds or texts in it. */
  readonly count: number;
}

/** Takes what a file says. Tags are numbered in the order in which they appear. */
export interface EventSink {
  /** The next number is for this one. */
  tag(facts: TagFacts): void;
  scalar(tag: number, step: number, wallSeconds: number, value: number): void;
  item(tag: number, step: number, wallSeconds: number, place: ItemPlace): void;
  /** Settings (hparams) state everything in a tag's metadata, and may state it anew. */
  content(tag: number, content: Uint8Array, wallSeconds: number): void;
  /** Whoever writes says that everything from this step on is written anew. */
  restart(step: number): void;
  /** A record was left out. */
  problem(problem: RecordProblem | NoEvent): void;
}

export interface NoEvent {
  readonly kind: 'no-event';
  readonly offset: number;
  readonly reason: string;
}

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_LENGTH = 2;
const WIRE_FIXED32 = 5;

const FLOAT = 1;
const DOUBLE = 2;

const LONGEST_CONTENT = 4 * 2 ** 20;

export class EventScanner implements RecordVisitor {
  private readonly table = new TagTable();
  /** By a name's number in the table: its first tag. */
  private readonly tags: { readonly number: number; readonly facts: TagFacts; readonly isScalar: boolean }[] = [];
  /** Where one name is used for things of two kinds: the later ones, by kind and name. */
  private readonly others = new Map<string, { readonly number: number; readonly facts: TagFacts }>();
  private nextTag = 0;
  private toldTooMany = false;

  // Where the scanner is, in the record at hand.
  private bytes = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  private at = 0;
  private end = 0;
  private recordOffset = 0;
  private recordFrom = 0;

  constructor(private readonly sink: EventSink) {}

  record(bytes: Uint8Array, view: DataView, from: number, to: number, offset: number): void {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.view = view as DataView<ArrayBuffer>;
    this.recordFrom = from;
    this.recordOffset = offset;
    try {
      this.event(from, to);
    } catch (error) {
      this.sink.problem({ kind: 'no-event', offset, reason: messageOf(error) });
    }
  }

  problem(problem: RecordProblem): void {
    this.sink.problem(problem);
  }

  private event(from: number, to: number): void {
    const { bytes } = this;
    let wall = 0;
    let step = 0;
    let summaryFrom = -1;
    let summaryTo = -1;
    let what = 0;
    this.at = from;
    this.end = to;
    while (this.at < to) {
      const key = bytes[this.at++]!;
      if (key === 0x09) {
        if (this.at + 8 > to) throw cutOff();
        wall = this.view.getFloat64(this.at, true);
        this.at += 8;
      } else if (key === 0x10) {
        step = this.varint();
      } else if (key === 0x2a) {
        const length = this.varint();
        summaryFrom = this.at;
        summaryTo = this.at += length;
        if (length < 0 || summaryTo > to) throw cutOff();
      } else if (key === 0x22 || key === 0x3a || key === 0x42 || key === 0x4a) {
        const length = this.varint();
        what = key >> 3;
        summaryFrom = this.at;
        summaryTo = this.at += length;
        if (length < 0 || summaryTo > to) throw cutOff();
      } else {
        this.at--;
        this.skipField();
      }
    }
    if (summaryFrom < 0) return;
    if (what === 0) this.summary(summaryFrom, summaryTo, step, wall);
    else this.whole(what, summaryFrom, summaryTo, step, wall);
  }

  /** An event that is no summary: a graph, a session's beginning. */
  private whole(field: number, from: number, to: number, step: number, wall: number): void {
    if (field === 7) {
      const { status } = fromBinary(SessionLogSchema, this.bytes.subarray(from, to));
      if (status === SessionLog_SessionStatus.START) this.sink.restart(step);
      return;
    }
    const facts = graphTag(field);
    if (!facts) return;
    const number = this.numberOf(facts);
    this.sink.item(number, step, wall, this.place(from, to, 1));
  }

  private summary(from: number, to: number, step: number, wall: number): void {
    const { bytes } = this;
    this.at = from;
    this.end = to;
    while (this.at < to) {
      if (bytes[this.at] !== 0x0a) {
        this.skipField();
        continue;
      }
      this.at++;
      const length = this.varint();
      const begin = this.at;
      if (length < 0 || begin + length > to) throw cutOff();
      this.value(begin, begin + length, step, wall);
      this.at = begin + length;
      this.end = to;
    }
  }

  /** A `Summary.Value`. */
  private value(from: number, to: number, step: number, wall: number): void {
    const { bytes, view } = this;
    let tagFrom = from;
    let tagTo = from;
    let simpleAt = -1;
    let tensorFrom = -1;
    let tensorTo = -1;
    this.at = from;
    this.end = to;
    while (this.at < to) {
      const key = bytes[this.at]!;
      switch (key) {
        case 0x0a:
        case 0x42:
        case 0x4a: {
          this.at++;
          const length = this.varint();
          const begin = this.at;
          this.at += length;
          if (length < 0 || this.at > to) throw cutOff();
          if (key === 0x0a) {
            tagFrom = begin;
            tagTo = this.at;
          } else if (key === 0x42) {
            tensorFrom = begin;
            tensorTo = this.at;
          }
          break;
        }
        case 0x15:
          simpleAt = this.at + 1;
          this.at += 5;
          if (this.at > to) throw cutOff();
          break;
        default:
          this.skipField();
      }
    }
    const name = this.table.numberOf(bytes, tagFrom, tagTo);
    if (name < 0) {
      this.tooManyTags();
      return;
    }
    const known = this.tags[name];
    if (known?.isScalar) {
      if (simpleAt >= 0 && tensorFrom < 0) {
        this.sink.scalar(known.number, step, wall, view.getFloat32(simpleAt, true));
        return;
      }
      if (tensorFrom >= 0 && this.scalarTensor(tensorFrom, tensorTo)) {
        this.sink.scalar(known.number, step, wall, this.found);
        return;
      }
    }
    this.anyValue(name, from, to, tagFrom, tagTo, step, wall);
  }

  /** What is not a known tag's scalar of the usual form. */
  private anyValue(
    name: number,
    from: number,
    to: number,
    tagFrom: number,
    tagTo: number,
    step: number,
    wall: number,
  ): void {
    const value = fromBinary(Summary_ValueSchema, this.bytes.subarray(from, to));
    const { metadata } = value;
    const first = this.tags[name];
    const found = factsOfValue(value, first?.facts);
    if (!found) return;
    let number = first?.number ?? -1;
    if (!first) {
      const tag = getTextEncoding().decodeUtf8(this.bytes.subarray(tagFrom, tagTo));
      const facts = factsOfTag(tag, found, metadata);
      number = this.newTag(facts);
      this.tags[name] = { number, facts, isScalar: found.kind === 'scalar' };
    } else if (first.facts.kind !== found.kind) {
      number = this.numberOf(factsOfTag(first.facts.tag, found, metadata));
    }
    if (found.kind === 'scalar') this.sink.scalar(number, step, wall, found.value);
    else {
      this.sink.item(number, step, wall, this.place(from, to, found.count));
      const content = metadata?.pluginData?.content;
      if (found.kind === 'hparams' && content && content.length <= LONGEST_CONTENT)
        this.sink.content(number, content.slice(), wall);
    }
  }

  private numberOf(facts: TagFacts): number {
    const key = `${facts.kind}\n${facts.tag}`;
    let known = this.others.get(key);
    if (!known) this.others.set(key, (known = { number: this.newTag(facts), facts }));
    return known.number;
  }

  private newTag(facts: TagFacts): number {
    this.sink.tag(facts);
    return this.nextTag++;
  }

  private tooManyTags(): void {
    if (this.toldTooMany) return;
    this.toldTooMany = true;
    this.sink.problem({
      kind: 'no-event',
      offset: this.recordOffset,
      reason: 'the file names more tags than can be told apart, and further ones are left out',
    });
  }

  private place(from: number, to: number, count: number): ItemPlace {
    return { offset: this.recordOffset + (from - this.recordFrom), length: to - from, count };
  }

  /** What `scalarTensor` found. */
  private found = 0;

  /** A TensorProto of one float or double in its usual forms; false: to be looked at with more care. */
  private scalarTensor(from: number, to: number): boolean {
    const { bytes, view } = this;
    let type = 0;
    let valueAt = -1;
    let width = 0;
    this.at = from;
    this.end = to;
    while (this.at < to) {
      const key = bytes[this.at++]!;
      if (key === 0x08) type = this.varint();
      else if (key === 0x12 || key === 0x22 || key === 0x2a || key === 0x32) {
        const length = this.varint();
        // A shape other than that of a scalar, or more than one number.
        if (key === 0x12 ? length !== 0 : valueAt >= 0) return false;
        if (key !== 0x12) {
          valueAt = this.at;
          width = length;
          if (key === 0x2a ? type !== FLOAT : key === 0x32 && type !== DOUBLE) return false;
        }
        this.at += length;
        if (length < 0 || this.at > to) throw cutOff();
      } else if (key === 0x18) this.varint();
      else return false;
    }
    if (type === FLOAT && width === 4) this.found = view.getFloat32(valueAt, true);
    else if (type === DOUBLE && width === 8) this.found = view.getFloat64(valueAt, true);
    else return false;
    return true;
  }

  /** Signed 64 bits; exact up to 2^53. */
  private varint(): number {
    const { bytes, end } = this;
    let at = this.at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) throw cutOff();
      const byte = bytes[at++]!;
      low |= (byte & 127) << shift;
      if (byte < 128) {
        this.at = at;
        return low;
      }
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      if (at >= end) throw cutOff();
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) {
        this.at = at;
        return Number(BigInt.asIntN(64, value));
      }
    }
    throw new Error('a number in it is longer than numbers are');
  }

  private skipField(): void {
    const key = this.varint();
    if (key <= 7) throw new Error('a field in it has no number');
    switch (key & 7) {
      case WIRE_VARINT:
        this.varint();
        break;
      case WIRE_FIXED64:
        this.at += 8;
        break;
      case WIRE_LENGTH: {
        const length = this.varint();
        if (length < 0) throw cutOff();
        this.at += length;
        break;
      }
      case WIRE_FIXED32:
        this.at += 4;
        break;
      default:
        throw new Error('a field in it is of no known form');
    }
    if (this.at > this.end) throw cutOff();
  }
}

function cutOff(): Error {
  return new Error('a field in it is longer than the record');
}
