import { describe, expect, it } from 'vitest';
import { PageCache } from '../../../../renderer/state/page-cache.js';

/** Answers when it is told to. */
function scripted() {
  const asked: string[] = [];
  const open = new Map<string, { resolve(value: string): void; reject(error: Error): void }>();
  const fetch = (key: string) =>
    new Promise<string>((resolve, reject) => {
      asked.push(key);
      open.set(key, { resolve, reject });
    });
  const settle = async () => {
    for (let round = 0; round < 5; round++) await Promise.resolve();
  };
  return {
    asked,
    fetch,
    async answer(key: string) {
      open.get(key)!.resolve(`page ${key}`);
      await settle();
    },
    async refuse(key: string) {
      open.get(key)!.reject(new Error(`no ${key}`));
      await settle();
    },
  };
}

describe('pieces of something large', () => {
  it('are fetched two at a time, the most urgent first, and never those that were scrolled past', async () => {
    const server = scripted();
    const pages = new PageCache(server.fetch);
    pages.want(['a', 'b', 'c', 'd']);
    expect(server.asked).toEqual(['a', 'b']);
    pages.want(['x', 'y']);
    await server.answer('a');
    await server.answer('b');
    expect(server.asked).toEqual(['a', 'b', 'x', 'y']);
    expect([pages.get('a'), pages.get('c')]).toEqual(['page a', undefined]);
  });

  it('are asked for once, and make what draws them draw again', async () => {
    const server = scripted();
    const pages = new PageCache(server.fetch);
    let heard = 0;
    const stop = pages.subscribe(() => heard++);
    pages.want(['a']);
    pages.want(['a']);
    const before = pages.versionOf();
    await server.answer('a');
    pages.want(['a']);
    expect([server.asked, heard, pages.versionOf() === before]).toEqual([['a'], 1, false]);
    stop();
  });

  it('go when there is no room, those that were looked at longest ago first, but never what is in sight', async () => {
    const server = scripted();
    const pages = new PageCache(server.fetch, { most: 2, atOnce: 9 });
    for (const key of ['a', 'b']) {
      pages.want([key]);
      await server.answer(key);
    }
    pages.get('a');
    pages.want(['c']);
    await server.answer('c');
    expect(['a', 'b', 'c'].map((key) => pages.get(key) !== undefined)).toEqual([true, false, true]);
    pages.want(['c', 'd', 'e']);
    await server.answer('d');
    await server.answer('e');
    expect(['c', 'd', 'e'].map((key) => pages.get(key) !== undefined)).toEqual([true, true, true]);
  });

  it('tell why one cannot be read, and do not ask for it again', async () => {
    const server = scripted();
    const pages = new PageCache(server.fetch);
    pages.want(['a']);
    await server.refuse('a');
    pages.want(['a']);
    expect([pages.failureOf('a'), server.asked]).toEqual(['no a', ['a']]);
  });

  it('stay when training has gone on; nothing more is fetched, and what then fails tells nothing', async () => {
    const server = scripted();
    const pages = new PageCache(server.fetch, { atOnce: 1 });
    pages.want(['a']);
    await server.answer('a');
    pages.want(['b', 'c']);
    pages.close();
    await server.refuse('b');
    expect([pages.get('a'), pages.failureOf('b'), server.asked]).toEqual(['page a', undefined, ['a', 'b']]);
  });
});
