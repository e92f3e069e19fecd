/** What the server is asked for while it is in sight, and again when the run's files have grown. */
import { useEffect, useRef, useState, type RefObject } from 'react';
import { messageOf } from '../../../src/shared/base/message-of.js';
import { onLogChange } from '../../state/log-sync.js';

/** Whether it is in sight, or nearly. */
export function useInSight(): readonly [RefObject<HTMLElement | null>, boolean] {
  const place = useRef<HTMLElement>(null);
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setInSight(entries.at(-1)!.isIntersecting), {
      rootMargin: '200px',
    });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [place, inSight];
}

export interface Loaded<T> {
  /** Of the last answer; stays while a newer one is on its way. */
  readonly value?: T;
  readonly failure?: string;
}

/** `load` is asked anew when it is another; none: nothing is asked for. */
export function useLoaded<T>(load: (() => Promise<T>) | undefined, runs: readonly string[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({});
  const [growth, setGrowth] = useState(0);
  const key = runs.join('\n');
  useEffect(() => {
    if (!load) return undefined;
    const wanted = new Set(key.split('\n'));
    return onLogChange((changed) => {
      if (changed.some((run) => wanted.has(run))) setGrowth((count) => count + 1);
    });
  }, [load, key]);
  useEffect(() => {
    let isCurrent = true;
    if (!load) return undefined;
    load().then(
      (value) => {
        if (isCurrent) setLoaded({ value });
      },
      (error: unknown) => {
        if (isCurrent) setLoaded(({ value }) => ({ value, failure: messageOf(error) }));
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [load, growth]);
  return loaded;
}
