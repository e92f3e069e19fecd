/** One run: its files, and its tags put together from all of them. Knows neither folders of runs nor windows. */
import path from 'node:path';
import type { LogProblem, LogRun as LogRunFacts, SummaryKind } from '../../shared/protocol/summaries.js';
import { tellTags, type TagSource, type ToldTags } from '../../shared/protocol/told-tags.js';
import type { FoundFile } from '../runs/find-runs.js';
import type { Item, ItemList } from './item-list.js';
import { LogFile, type FileTag, type LogClock, type PointBudget } from './log-file.js';
import type { TagFacts } from '../../shared/events/tag-facts.js';
import { ScalarSeries } from './scalar-series.js';

const TOLD_PROBLEMS = 20;

type Sums = Pick<LogRunFacts, 'tags' | 'points' | 'firstWallMs' | 'lastWallMs' | 'lastStep'>;

interface TagPart {
  readonly file: LogFile;
  readonly tag: FileTag;
}

export class RunTag implements TagSource {
  /** Of scalars. */
  readonly series: ScalarSeries | undefined;
  private ofFiles: readonly TagPart[] = [];

  constructor(
    readonly name: string,
    readonly family: string,
    readonly facts: TagFacts,
    /** It, before the run's files changed: its curve is still the same. */
    before: RunTag | undefined,
  ) {
    this.series = facts.kind === 'scalar' ? (before?.series ?? new ScalarSeries()) : undefined;
  }

  get kind(): SummaryKind {
    return this.facts.kind;
  }

  /** In the order of the files. */
  get parts(): readonly TagPart[] {
    return this.ofFiles;
  }

  take(part: TagPart): void {
    const before = this.ofFiles.findIndex(({ file }) => file.path > part.file.path);
    this.ofFiles = before < 0 ? [...this.ofFiles, part] : this.ofFiles.toSpliced(before, 0, part);
  }

  end(): ReturnType<TagSource['end']> {
    let count = 0;
    let last: ReturnType<typeof endsOf>;
    for (const { tag } of this.ofFiles) {
      count += (tag.column?.length ?? 0) + (tag.items?.length ?? 0);
      last = endsOf(tag) ?? last;
    }
    return {
      count,
      step: last?.lastStep ?? 0,
      wallMs: last?.lastWallMs ?? 0,
      value: last?.lastValue ?? Number.NaN,
    };
  }
}

export class LogRun {
  private readonly files = new Map<string, { readonly file: LogFile; readonly family: string }>();
  private inOrder: readonly { readonly file: LogFile; readonly family: string }[] = [];
  private tags = new Map<string, RunTag>();
  /** In the order in which they were found: their places stay until a file comes, goes or begins anew. */
  private numbered: RunTag[] = [];
  /** Of each of them, ascending; see `LogClock`. */
  private foundAt: number[] = [];
  /** How many of a file's tags are among them. */
  private readonly taken = new Map<LogFile, number>();
  private tagsOf = '';
  private sums: { readonly revision: number; readonly of: Sums } | undefined;
  hasRunFile = false;
  /** Of the last time a file came or went. */
  private filesChangedAt = 0;

  constructor(
    readonly id: string,
    /** The folder that it was found in. */
    readonly source: string,
    readonly folder: string,
    private readonly clock: LogClock,
    private readonly budget: PointBudget,
  ) {}

  /** Takes over which files there are; gives those that are new. */
  takeFiles(found: readonly FoundFile[]): LogFile[] {
    const now = new Set(found.map((one) => one.path));
    for (const [known, { file }] of this.files) {
      if (now.has(known)) continue;
      file.dispose();
      this.files.delete(known);
      this.filesChangedAt = ++this.clock.now;
    }
    const added: LogFile[] = [];
    for (const { path: file, family } of found) {
      if (this.files.has(file)) continue;
      const made = new LogFile(file, this.clock, this.budget);
      this.files.set(file, { file: made, family });
      added.push(made);
      this.filesChangedAt = ++this.clock.now;
    }
    return added;
  }

  *allFiles(): Generator<LogFile> {
    for (const { file } of this.files.values()) yield file;
  }

  dispose(): void {
    for (const { file } of this.files.values()) file.dispose();
    this.files.clear();
  }

  get revision(): number {
    let revision = this.filesChangedAt;
    for (const { file } of this.files.values()) revision = Math.max(revision, file.changedAt);
    return revision;
  }

  /** All tags, in the order in which they were found. */
  allTags(): readonly RunTag[] {
    this.update();
    return this.numbered;
  }

  tag(kind: SummaryKind, name: string): RunTag | undefined {
    this.update();
    return this.tags.get(keyOf(kind, name));
  }

  series(name: string): ScalarSeries | undefined {
    return this.tag('scalar', name)?.series;
  }

  /** What a window does not know that was told all there was at revision `since`. */
  tagsSince(since: number): ToldTags {
    this.update();
    let whole = since <= this.filesChangedAt;
    for (const { file } of this.files.values()) if (file.begunAnewAt > since) whole = true;
    const grown: number[] = [];
    this.numbered.forEach(({ parts }, number) => {
      if (whole || parts.some(({ tag }) => tag.changedAt > since)) grown.push(number);
    });
    const known = whole ? 0 : this.foundAt.findLastIndex((revision) => revision <= since) + 1;
    return tellTags(this.numbered, { whole, from: known, grown });
  }

  facts(name: string, reading: boolean): LogRunFacts {
    const { revision } = this;
    const problems = this.problems();
    return {
      id: this.id,
      source: this.source,
      path: this.folder,
      name,
      ...this.sum,
      beganMs: this.beganMs,
      revision,
      reading,
      problems: problems.slice(0, TOLD_PROBLEMS),
      problemCount: this.problemCount(problems.length),
    };
  }

  get extent(): Pick<Sums, 'firstWallMs' | 'lastWallMs' | 'lastStep'> {
    return this.sum;
  }

  /** One that has said nothing yet was begun when its files were written: it may be the newest of all. */
  get beganMs(): number {
    const { firstWallMs } = this.sum;
    if (firstWallMs !== undefined) return firstWallMs;
    const written = [...this.files.values()].map(({ file }) => file.writtenMs);
    return written.length > 0 ? Math.min(...written) : 0;
  }

  private get sum(): Sums {
    const { revision } = this;
    if (this.sums?.revision !== revision) this.sums = { revision, of: this.sumUp() };
    return this.sums.of;
  }

  private sumUp(): Sums {
    const tags: Partial<Record<SummaryKind, number>> = {};
    let points = 0;
    let first = Infinity;
    let last = -Infinity;
    let lastStep = -Infinity;
    for (const { kind, parts } of this.allTags()) {
      tags[kind] = (tags[kind] ?? 0) + 1;
      for (const { tag } of parts) {
        const ends = endsOf(tag);
        if (!ends) continue;
        if (ends.firstWallMs < first) first = ends.firstWallMs;
        if (ends.lastWallMs > last) last = ends.lastWallMs;
        if (!tag.column) continue;
        points += tag.column.length;
        if (ends.lastStep > lastStep) lastStep = ends.lastStep;
      }
    }
    return {
      tags,
      points,
      ...(Number.isFinite(first) ? { firstWallMs: first } : {}),
      ...(Number.isFinite(last) ? { lastWallMs: last } : {}),
      ...(Number.isFinite(lastStep) ? { lastStep } : {}),
    };
  }

  problems(): LogProblem[] {
    const found: LogProblem[] = [];
    for (const { file } of this.files.values()) {
      const name = path.relative(this.folder, file.path).split(path.sep).join('/');
      for (const problem of file.problems) found.push({ file: name, ...problem });
    }
    return found;
  }

  private problemCount(told: number): number {
    let count = 0;
    for (const { file } of this.files.values()) count += file.problemCount;
    return Math.max(count, told);
  }

  /** Only what is new is looked at: while a file is read that names a hundred thousand tags, that is asked for again and again. */
  private update(): void {
    let state = String(this.filesChangedAt);
    for (const { file } of this.files.values()) state += ` ${file.generation}`;
    let before: Map<string, RunTag> | undefined;
    if (state !== this.tagsOf) {
      this.tagsOf = state;
      before = this.tags;
      this.tags = new Map();
      this.numbered = [];
      this.foundAt = [];
      this.taken.clear();
      this.inOrder = [...this.files.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
    }
    const grown = new Set<RunTag>();
    for (const { file, family } of this.inOrder) {
      for (let index = this.taken.get(file) ?? 0; index < file.tags.length; index++) {
        const tag = file.tags[index]!;
        const name = family === '' ? tag.facts.tag : `${family}/${tag.facts.tag}`;
        const key = keyOf(tag.facts.kind, name);
        let known = this.tags.get(key);
        if (!known) {
          known = new RunTag(name, family, tag.facts, before?.get(key));
          this.tags.set(key, known);
          this.numbered.push(known);
          this.foundAt.push(this.clock.now);
        }
        known.take({ file, tag });
        if (known.series) grown.add(known);
      }
      this.taken.set(file, file.tags.length);
    }
    for (const { series, parts } of grown) series!.take(parts.map(({ tag }) => tag.column!));
  }
}

/** Items of a tag that is not a scalar, over its files. */
export function itemCount({ parts }: RunTag): number {
  return parts.reduce((sum, { tag }) => sum + (tag.items?.length ?? 0), 0);
}

/** Changes where an item may have another place than before. */
export function itemGeneration({ parts }: RunTag): number {
  return parts.reduce(
    (sum, { file, tag }, index) => sum + file.generation + (index < parts.length - 1 ? (tag.items?.length ?? 0) : 0),
    0,
  );
}

export function itemAt({ parts }: RunTag, index: number): { readonly file: LogFile; readonly item: Item } | undefined {
  let left = index;
  for (const { file, tag } of parts) {
    const items: ItemList | undefined = tag.items;
    if (!items) continue;
    if (left < items.length) return { file, item: items.at(left) };
    left -= items.length;
  }
  return undefined;
}

function keyOf(kind: SummaryKind, name: string): string {
  return `${name}\n${kind}`;
}

function endsOf({ column, items }: FileTag) {
  if (column) {
    const last = column.length - 1;
    if (last < 0) return undefined;
    return {
      firstWallMs: column.wallMs[0]!,
      lastWallMs: column.wallMs[last]!,
      lastStep: column.steps[last]!,
      lastValue: column.values[last]!,
    };
  }
  if (!items || items.length === 0) return undefined;
  const last = items.at(items.length - 1);
  return { firstWallMs: items.at(0).wallMs, lastWallMs: last.wallMs, lastStep: last.step, lastValue: undefined };
}
