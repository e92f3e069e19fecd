/**
 * The tags of a run as they travel to a window, and as it keeps them. A run may have a hundred thousand, of which most is
 * the same: what they are is told once, together for those that differ in nothing but their names; what grows is told in
 * rows of numbers. A tag's number is its place in the order in which the run's tags were found.
 */
import { z } from 'zod';
import { summaryKind } from './summary-kind.js';

const tagFacts = z.object({
  family: z.string(),
  kind: summaryKind,
  /** As the file states it, where it does: `scalars`, `pr_curves`, `mesh`. */
  plugin: z.string().optional(),
  displayName: z.string().optional(),
  description: z.string().optional(),
  /** Why it is left aside. */
  note: z.string().optional(),
});

export const toldTags = z.object({
  /** The run has no others: what was told of it before counts no longer. */
  whole: z.boolean(),
  /** Those that were not told before, by their numbers; the first one's is how many were. */
  found: z.array(tagFacts.extend({ tags: z.array(z.string()) })),
  /** Of all that have changed, `ENDS` numbers each: its own, how many points or items it has, the last one's step, time and value. */
  ends: z.instanceof(Float64Array),
});
export type ToldTags = z.infer<typeof toldTags>;

const ENDS = 5;

/** A tag as a window knows it; its numbers follow its file. */
export interface LogTag extends Readonly<z.infer<typeof tagFacts>> {
  /** `family/tag`; text by others, never HTML. */
  readonly name: string;
  readonly tag: string;
  /** Points of a scalar; items (steps) of everything else. */
  count: number;
  lastStep: number;
  /** Milliseconds since 1970. */
  lastWallMs: number;
  /** Of scalars; can be not finite. */
  lastValue: number | undefined;
}

/** `numbered`: all of a run's, in their order; `from`: the first that was not told; `grown`: numbers of those that changed, of which those that were not told are some. */
export function tellTags(
  numbered: readonly TagSource[],
  { whole, from, grown }: { readonly whole: boolean; readonly from: number; readonly grown: readonly number[] },
): ToldTags {
  const found: ToldTags['found'] = [];
  let last: { readonly facts: TagSource['facts']; readonly family: string; readonly tags: string[] } | undefined;
  for (let number = from; number < numbered.length; number++) {
    const { family, facts } = numbered[number]!;
    if (last?.family !== family || !areAlike(last.facts, facts)) {
      const { tag: _tag, ...rest } = facts;
      last = { facts, family, tags: [] };
      found.push({ ...rest, family, tags: last.tags });
    }
    last.tags.push(facts.tag);
  }
  const ends = new Float64Array(grown.length * ENDS);
  grown.forEach((number, index) => {
    const { count, step, wallMs, value } = numbered[number]!.end();
    ends.set([number, count, step, wallMs, value], index * ENDS);
  });
  return { whole, found, ends };
}

export interface TagSource {
  readonly family: string;
  readonly facts: Omit<z.infer<typeof tagFacts>, 'family'> & { readonly tag: string };
  /** What there is of it, and the last of it. */
  end(): { readonly count: number; readonly step: number; readonly wallMs: number; readonly value: number };
}

function areAlike(one: TagSource['facts'], other: TagSource['facts']): boolean {
  return (
    one.kind === other.kind &&
    one.plugin === other.plugin &&
    one.displayName === other.displayName &&
    one.description === other.description &&
    one.note === other.note
  );
}

/** What a window knows of one run's tags. */
export class KnownTags {
  /** Scalars by their name, the others by name and kind: one name can be that of a curve and of a histogram. */
  readonly byKey = new Map<string, LogTag>();
  private readonly numbered: LogTag[] = [];

  /** Takes over what was told since; not what is `whole`, which is for one that knows nothing. */
  take({ found, ends }: ToldTags): void {
    for (const { tags, ...facts } of found) {
      for (const tag of tags) {
        const name = facts.family === '' ? tag : `${facts.family}/${tag}`;
        const known: LogTag = { ...facts, name, tag, count: 0, lastStep: 0, lastWallMs: 0, lastValue: undefined };
        this.numbered.push(known);
        this.byKey.set(facts.kind === 'scalar' ? name : `${name}\n${facts.kind}`, known);
      }
    }
    for (let at = 0; at < ends.length; at += ENDS) {
      const tag = this.numbered[ends[at]!];
      if (!tag) continue;
      tag.count = ends[at + 1]!;
      tag.lastStep = ends[at + 2]!;
      tag.lastWallMs = ends[at + 3]!;
      if (tag.kind === 'scalar') tag.lastValue = ends[at + 4]!;
    }
  }
}
