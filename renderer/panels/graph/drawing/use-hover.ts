/** What the pointer is over, and what it rests on: what it only passes is not traced. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

const REST_MS = 90;

export interface Hover {
  /** An item's id. */
  readonly now: string | undefined;
  readonly rested: string | undefined;
  over(item: string | undefined): void;
}

export function useHover(): Hover {
  const [now, setNow] = useState<string>();
  const [rested, setRested] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef<string>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const over = useCallback((item: string | undefined) => {
    if (item === last.current) return;
    last.current = item;
    clearTimeout(timer.current);
    setNow(item);
    if (item === undefined) setRested(undefined);
    else timer.current = setTimeout(() => setRested(item), REST_MS);
  }, []);
  return useMemo(() => ({ now, rested, over }), [now, rested, over]);
}
