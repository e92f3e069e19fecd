/** Draws a component again when pieces of what it shows have come. */
import { useSyncExternalStore } from 'react';
import type { PageCache } from '../../state/page-cache.js';

export function usePages<T>(pages: PageCache<T>): number {
  return useSyncExternalStore(pages.subscribe, pages.versionOf);
}
