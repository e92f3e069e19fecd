/**
 * Pieces of something large, fetched as they come into sight and kept while there is room. Only what is
 * wanted now is waited for: pieces that were scrolled past before their turn are never asked for. Knows
 * neither what the pieces are nor who draws them.
 */
import { messageOf } from '../../src/shared/base/message-of.js';

interface Options {
  /** Requests under way at one time. */
  readonly atOnce?: number;
  /** Pieces kept; the one that was looked at longest ago goes first. */
  readonly most?: number;
}

export class PageCache<T> {
  /** In the order of the last look. */
  private readonly pages = new Map<string, T>();
  private readonly failures = new Map<string, string>();
  private readonly fetching = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private wanted: readonly string[] = [];
  private version = 0;
  private closed = false;

  constructor(
    /** @throws Error that says why it cannot be read */
    private readonly fetch: (key: string) => Promise<T>,
    private readonly options: Options = {},
  ) {}

  get(key: string): T | undefined {
    const page = this.pages.get(key);
    if (page === undefined) return undefined;
    this.pages.delete(key);
    this.pages.set(key, page);
    return page;
  }

  failureOf(key: string): string | undefined {
    return this.failures.get(key);
  }

  /** What is in sight, the most urgent first; replaces what was wanted before. */
  want(keys: readonly string[]): void {
    this.wanted = keys;
    this.next();
  }

  /** Fetches nothing more; what is there stays. */
  close(): void {
    this.closed = true;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Another number after every change. */
  readonly versionOf = (): number => this.version;

  private next(): void {
    const { atOnce = 2 } = this.options;
    for (const key of this.wanted) {
      if (this.closed || this.fetching.size >= atOnce) return;
      if (this.pages.has(key) || this.fetching.has(key) || this.failures.has(key)) continue;
      this.fetching.add(key);
      void this.read(key);
    }
  }

  private async read(key: string): Promise<void> {
    try {
      const page = await this.fetch(key);
      this.pages.set(key, page);
      this.makeRoom();
    } catch (error) {
      // A request that training ran away from tells nothing of the tensor.
      if (!this.closed) this.failures.set(key, messageOf(error));
    } finally {
      this.fetching.delete(key);
    }
    this.version++;
    for (const listener of this.listeners) listener();
    this.next();
  }

  private makeRoom(): void {
    const { most = 200 } = this.options;
    for (const key of this.pages.keys()) {
      if (this.pages.size <= Math.max(most, this.wanted.length)) return;
      if (!this.wanted.includes(key)) this.pages.delete(key);
    }
  }
}
