/** The palette of the theme that the page has now. */
import { useLayoutEffect, useState } from 'react';
import { readGraphPalette, type GraphPalette } from './graph-palette.js';

export function useGraphPalette(): GraphPalette {
  const [palette, setPalette] = useState(() => readGraphPalette(document));
  useLayoutEffect(() => {
    const read = () => setPalette(readGraphPalette(document));
    read();
    // The root takes its theme when it will: by an effect that comes after ours, or by the system's own change.
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return palette;
}
