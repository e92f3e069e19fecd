/** One run: its files, and its tags put together from all of them. Knows neither folders of runs nor windows. */
import path from 'node:path';
import type { LogProblem, LogRun as LogRunFacts, LogTag, SummaryKind } from '../../shared/protocol/summaries.js';
import type { FoundFile } from '../runs/find-runs.js';
import type { Item, ItemList } from './item-list.js';
import { LogFile, type FileTag, type LogClock, type PointBudget } from './log-file.js';
import { ScalarSeries } from './scalar-series.js';

const TOLD_PROBLEMS = 20;

type Sums = Pick<LogRunFacts, 'tags' | 'points' | 'firstWallMs' | 'lastWallMs' | 'lastStep'>;

export interface RunTag {
  readonly name: string;
  readonly family: string;
  readonly kind: SummaryKind;
  /** In the order of the files. */
  readonly parts: readonly { readonly file: LogFile; readonly tag: FileTag }[];
  readonly series: ScalarSeries | undefined;
}

export class LogRun {
  private readonly files = new Map<string, { readonly file: LogFile; readonly family: string }>();
  private tags = new Map<string, RunTag>();
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

  /** All tags, in the order of their names. */
  allTags(): RunTag[] {
    this.update();
    return [...this.tags.values()];
  }

  tag(kind: SummaryKind, name: string): RunTag | undefined {
    this.update();
    return this.tags.get(keyOf(kind, name));
  }

  series(name: string): ScalarSeries | undefined {
    return this.tag('scalar', name)?.series;
  }

  /** Tags that changed after revision `since`; all of them where some may have gone. */
  tagFacts(since: number): { readonly whole: boolean; readonly tags: LogTag[] } {
    let whole = since <= this.filesChangedAt;
    for (const { file } of this.files.values()) if (file.begunAnewAt > since) whole = true;
    const tags = this.allTags().filter(({ parts }) => whole || parts.some(({ tag }) => tag.changedAt > since));
    return { whole, tags: tags.map(factsOf) };
  }

  facts(name: string, reading: boolean): LogRunFacts {
    const { revision } = this;
    if (this.sums?.revision !== revision) this.sums = { revision, of: this.sumUp() };
    const problems = this.problems();
    return {
      id: this.id,
      source: this.source,
      path: this.folder,
      name,
      ...this.sums.of,
      revision,
      reading,
      problems: problems.slice(0, TOLD_PROBLEMS),
      problemCount: this.problemCount(problems.length),
    };
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

  private update(): void {
    let state = String(this.filesChangedAt);
    for (const { file } of this.files.values()) state += ` ${file.tags.length}:${file.generation}`;
    if (state === this.tagsOf) return;
    this.tagsOf = state;
    const found = new Map<
      string,
      { name: string; family: string; kind: SummaryKind; parts: RunTag['parts'][number][] }
    >();
    const inOrder = [...this.files.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
    for (const { file, family } of inOrder) {
      for (const tag of file.tags) {
        const name = family === '' ? tag.facts.tag : `${family}/${tag.facts.tag}`;
        const key = keyOf(tag.facts.kind, name);
        const known = found.get(key);
        if (known) known.parts.push({ file, tag });
        else found.set(key, { name, family, kind: tag.facts.kind, parts: [{ file, tag }] });
      }
    }
    const before = this.tags;
    // Of strings alone: with a function that compares, a hundred thousand of them take three times as long.
    const names = [...found.keys()].sort();
    this.tags = new Map();
    for (const key of names) {
      const entry = found.get(key)!;
      const { name, family, kind, parts } = entry;
      this.tags.set(key, { name, family, kind, parts, series: this.seriesOf(entry, before.get(key)) });
    }
  }

  private seriesOf(
    { kind, parts }: Pick<RunTag, 'kind' | 'parts'>,
    before: RunTag | undefined,
  ): ScalarSeries | undefined {
    if (kind !== 'scalar') return undefined;
    const series = before?.series ?? new ScalarSeries();
    series.take(parts.map(({ tag }) => tag.column!));
    return series;
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

function factsOf({ name, family, kind, parts }: RunTag): LogTag {
  const { facts } = parts[0]!.tag;
  let count = 0;
  let ends: ReturnType<typeof endsOf>;
  for (const { tag } of parts) {
    count += (tag.column?.length ?? 0) + (tag.items?.length ?? 0);
    ends = endsOf(tag) ?? ends;
  }
  return {
    name,
    family,
    tag: facts.tag,
    kind,
    count,
    lastStep: ends?.lastStep ?? 0,
    lastWallMs: ends?.lastWallMs ?? 0,
    ...(kind === 'scalar' ? { lastValue: ends?.lastValue ?? Number.NaN } : {}),
    ...(facts.plugin ? { plugin: facts.plugin } : {}),
    ...(facts.displayName ? { displayName: facts.displayName } : {}),
    ...(facts.description ? { description: facts.description } : {}),
    ...(facts.note ? { note: facts.note } : {}),
  };
}
