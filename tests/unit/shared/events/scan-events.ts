/** What the product's own scanner finds in a whole event file, in plain rows: for tests that look at what was written. */
import {
  EventScanner,
  type EventSink,
  type ItemPlace,
  type NoEvent,
} from '../../../../src/shared/events/event-scanner.js';
import { RecordReader, type RecordProblem } from '../../../../src/shared/events/record-reader.js';
import type { TagFacts } from '../../../../src/shared/events/tag-facts.js';
import { ScriptedSource } from './scripted-source.js';

export type ScannedScalar = readonly [tag: string, step: number, wallSeconds: number, value: number];

export function scanEvents(...parts: readonly Uint8Array[]) {
  const tags: TagFacts[] = [];
  const scalars: ScannedScalar[] = [];
  const items: ({ tag: string; step: number } & ItemPlace)[] = [];
  const contents: string[] = [];
  const restarts: number[] = [];
  const problems: (RecordProblem | NoEvent)[] = [];
  const sink: EventSink = {
    tag: (facts) => void tags.push(facts),
    scalar: (tag, step, wall, value) => void scalars.push([tags[tag]!.tag, step, wall, value]),
    item: (tag, step, _wall, place) => void items.push({ tag: tags[tag]!.tag, step, ...place }),
    content: (tag, content) => void contents.push(`${tags[tag]!.tag}:${Buffer.from(content).toString()}`),
    restart: (step) => void restarts.push(step),
    problem: (problem) => void problems.push(problem),
  };
  const reader = new RecordReader(new ScriptedSource(...parts));
  const scanner = new EventScanner(sink);
  while (reader.read(scanner, 10_000) === 'more');
  return { tags, scalars, items, contents, restarts, problems, bytesWaiting: reader.bytesWaiting };
}
