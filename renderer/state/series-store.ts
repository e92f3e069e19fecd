/**
 * The points of curves, fetched when a chart wants them, kept while there is room, and read on as their files grow.
 * Several charts that come into sight together ask once. Draws nothing; no React here.
 */
import { messageOf } from '../../src/shared/base/message-of.js';
import type { LogPoints } from '../../src/shared/protocol/summaries.js';
import { LoadedSeries } from './loaded-series.js';
import { WaitingSeries } from './waiting-series.js';

export interface SeriesName {
  readonly run: string;
  /** `family/tag`. */
  readonly name: string;
}

/** Asks for points from `from` on; the server's `logs/points`. */
export type ReadPoints = (series: readonly (SeriesName & { readonly from: number })[]) => Promise<readonly LogPoints[]>;

interface Entry {
  readonly name: SeriesName;
  /** Points that are expected; for sharing requests out. */
  readonly size: number;
  series?: LoadedSeries;
  failure?: string;
  wantedAt: number;
  state: 'wanted' | 'reading' | 'read';
  /** More is there than was read. */
  behind: boolean;
  /** What is there is shown until it was read again from its beginning. */
  anew?: boolean;
}

/** Points a request: an answer of some megabytes, so that the first charts do not wait for the last. */
const POINTS_A_REQUEST = 1_000_000;
/** To take in more of them at once would be felt by who scrolls. */
const SERIES_A_REQUEST = 200;
/** A chart of a thousand series is drawn when all of them are there, unless that takes longer. */
const TOLD_AFTER_MS = 200;
/** 24 bytes each, and 8 more where they are smoothed. */
const MOST_POINTS = 24_000_000;
const KEPT_MS = 5000;
/** Growing series are read on at most so often. */
const GROWTH_MS = 100;

export class SeriesStore {
  /** By run, then by name: what is looked up a thousand times a chart makes no key of both. */
  private readonly entries = new Map<string, Map<string, Entry>>();
  /** Wanted or behind. */
  private readonly waiting = new WaitingSeries<Entry>();
  /** Of all that are known. */
  private points = 0;
  private anyFailed = false;
  private readonly listeners = new Set<() => void>();
  private readonly growthListeners = new Set<() => void>();
  private asking = false;
  private askedAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts up when a series is there that was not, or is another than before. */
  version = 0;
  /** By the name of a series: `version` as it was when one of that name was news. */
  private readonly versions = new Map<string, number>();
  private clearedAt = 0;
  /** News of series that others of their name are still read of, and since when. */
  private readonly untold = new Set<string>();
  private untoldSince = 0;

  constructor(private readonly read: ReadPoints) {}

  /** What is there of a series; `undefined`: not yet. `want` fetches it. */
  get({ run, name }: SeriesName): LoadedSeries | undefined {
    return this.entries.get(run)?.get(name)?.series;
  }

  /** Counts up when a series of one of these names, of any run, is there that was not, or is another than before. */
  versionOf(names: Iterable<string>): number {
    let version = this.clearedAt;
    for (const name of names) version = Math.max(version, this.versions.get(name) ?? 0);
    return version;
  }

  /** Why one of them could not be read. */
  failureOf(names: readonly SeriesName[]): string | undefined {
    if (!this.anyFailed) return undefined;
    for (const { run, name } of names) {
      const failure = this.entries.get(run)?.get(name)?.failure;
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Of a chart in sight; called again and again. `size`: points that are expected. */
  want(names: readonly (SeriesName & { readonly size?: number })[]): void {
    const now = performance.now();
    let news = false;
    for (const { run, name, size = 1000 } of names) {
      let ofRun = this.entries.get(run);
      if (!ofRun) this.entries.set(run, (ofRun = new Map()));
      const known = ofRun.get(name);
      if (known) {
        known.wantedAt = now;
        this.waiting.isWantedAnew(known);
        continue;
      }
      const entry: Entry = { name: { run, name }, size, wantedAt: now, state: 'wanted', behind: false };
      ofRun.set(name, entry);
      this.waiting.add(entry);
      news = true;
    }
    if (news) this.askSoon(0);
  }

  /** Their files have grown. */
  changed(runs: readonly string[]): void {
    let any = false;
    for (const run of runs) {
      for (const entry of this.entries.get(run)?.values() ?? []) {
        if (entry.state === 'wanted') continue;
        entry.behind = true;
        this.waiting.add(entry);
        any = true;
      }
    }
    // What comes after a rest is read at once.
    if (any) this.askSoon(Math.max(0, this.askedAt + GROWTH_MS - performance.now()));
  }

  /** Another folder: nothing of before counts. */
  clear(): void {
    this.entries.clear();
    this.waiting.clear();
    this.points = 0;
    this.clearedAt = this.version + 1;
    this.untold.clear();
    this.tell([]);
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onGrowth(listener: () => void): () => void {
    this.growthListeners.add(listener);
    return () => this.growthListeners.delete(listener);
  }

  private askSoon(afterMs: number): void {
    if (this.timer !== undefined || this.asking) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.ask();
    }, afterMs);
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.askedAt = performance.now();
    try {
      for (;;) {
        const batch = this.nextBatch();
        if (batch.length === 0) break;
        await this.readBatch(batch);
        this.makeRoom();
      }
    } finally {
      this.asking = false;
      if (this.untold.size > 0) this.tell([...this.untold]);
    }
    if (this.waiting.size > 0) this.askSoon(GROWTH_MS);
  }

  /** What was wanted last comes first: it is what is in sight. */
  private nextBatch(): readonly Entry[] {
    const batch: Entry[] = [];
    let points = 0;
    for (const entry of this.waiting.latest()) {
      points += entry.series ? 100 : entry.size;
      if (batch.length > 0 && points > POINTS_A_REQUEST) break;
      batch.push(entry);
      if (batch.length >= SERIES_A_REQUEST) break;
    }
    return batch;
  }

  private async readBatch(batch: readonly Entry[]): Promise<void> {
    for (const entry of batch) {
      entry.state = 'reading';
      entry.behind = false;
      this.waiting.delete(entry);
    }
    const unanswered = new Set(batch);
    const news = new Set<string>();
    let grew = false;
    try {
      const answers = await this.read(
        batch.map((entry) => ({ ...entry.name, from: entry.anew ? 0 : (entry.series?.values.length ?? 0) })),
      );
      for (const points of answers) {
        const entry = this.entries.get(points.run)?.get(points.name);
        if (!entry) continue;
        unanswered.delete(entry);
        const had = entry.series;
        const result = takeInto(entry, points);
        if (result === 'again') continue;
        this.points +=
          (entry.series?.values.length ?? 0) - (had === entry.series ? points.from : (had?.values.length ?? 0));
        if (entry.series !== had) news.add(points.name);
        else if (points.values.length > 0) grew = true;
        entry.failure = undefined;
        if (points.from + points.values.length < points.total) entry.behind = true;
      }
      // What is not there any more is asked for anew where somebody still wants it.
      for (const entry of unanswered) {
        this.forget(entry);
        if (entry.series) news.add(entry.name.name);
      }
    } catch (error) {
      for (const entry of batch) {
        entry.failure = messageOf(error);
        news.add(entry.name.name);
      }
      this.anyFailed = true;
    }
    for (const entry of batch) {
      entry.state = 'read';
      if (entry.behind && this.isKnown(entry)) this.waiting.add(entry);
    }
    if (news.size > 0) this.tellWhatIsWhole(news);
    if (grew) for (const listener of this.growthListeners) listener();
  }

  /** Forgets what was not in sight lately, oldest first, where there is too much. */
  private makeRoom(): void {
    if (this.points <= MOST_POINTS) return;
    const now = performance.now();
    const all = [...this.entries.values()].flatMap((ofRun) => [...ofRun.values()]);
    const old = all.filter((entry) => now - entry.wantedAt > KEPT_MS && entry.state === 'read');
    for (const entry of old.sort((a, b) => a.wantedAt - b.wantedAt)) {
      if (this.points <= MOST_POINTS * 0.8) break;
      this.forget(entry);
    }
  }

  private forget(entry: Entry): void {
    if (!this.isKnown(entry)) return;
    this.points -= entry.series?.values.length ?? 0;
    this.waiting.delete(entry);
    this.entries.get(entry.name.run)?.delete(entry.name.name);
  }

  /** Not of a folder that was left meanwhile. */
  private isKnown(entry: Entry): boolean {
    return this.entries.get(entry.name.run)?.get(entry.name.name) === entry;
  }

  private tellWhatIsWhole(news: ReadonlySet<string>): void {
    const now = performance.now();
    if (this.untold.size === 0) this.untoldSince = now;
    for (const name of news) this.untold.add(name);
    const isLate = now - this.untoldSince > TOLD_AFTER_MS;
    const whole = [...this.untold].filter((name) => isLate || !this.waiting.hasOf(name));
    if (whole.length > 0) this.tell(whole);
  }

  private tell(names: readonly string[]): void {
    this.version++;
    for (const name of names) {
      this.versions.set(name, this.version);
      this.untold.delete(name);
    }
    for (const listener of this.listeners) listener();
  }
}

/** A series that began anew is read from its beginning. */
function takeInto(entry: Entry, points: LogPoints): 'taken' | 'again' {
  if (!entry.anew && entry.series?.take(points)) return 'taken';
  if (points.from > 0) {
    entry.anew = true;
    entry.behind = true;
    return 'again';
  }
  entry.anew = false;
  const series = new LoadedSeries(points.generation);
  series.take(points);
  entry.series = series;
  return 'taken';
}
