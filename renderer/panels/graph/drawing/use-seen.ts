/** Whether what was drawn once a condition held has been seen: what nobody misses in that moment can wait for it. */
import { useEffect, useState } from 'react';

export function useSeen(isDrawn: boolean): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!isDrawn) return undefined;
    // What is done in the next frame is still done before it.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setSeen(true));
    });
    return () => cancelAnimationFrame(frame);
  }, [isDrawn]);
  return isSeen;
}
