/** The theme's colours as the canvas needs them: variables resolved to values. */

export interface Palette {
  readonly text: string;
  readonly dim: string;
  readonly grid: string;
  readonly cursor: string;
  readonly cursorText: string;
  readonly stop: string;
  readonly accent: string;
  readonly border: string;
  readonly background: string;
  readonly font: string;
  /** Resolves `var(--name)`; other colours come back as they are. */
  resolve(colour: string): string;
}

let cached: { readonly theme: string | undefined; readonly palette: Palette } | undefined;

/** Of the document's theme; read once a theme. */
export function readPalette(element: Element): Palette {
  const root = element.ownerDocument.documentElement;
  const theme = root.dataset.theme;
  if (cached && cached.theme === theme) return cached.palette;
  const style = getComputedStyle(root);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const resolved = new Map<string, string>();
  const palette: Palette = {
    text: value('--text'),
    dim: value('--text-dim'),
    grid: value('--grid-line'),
    cursor: value('--cursor'),
    cursorText: value('--text-on-cursor'),
    stop: value('--stop'),
    accent: value('--accent'),
    border: value('--border-strong'),
    background: value('--bg'),
    font: value('--font-ui'),
    resolve(colour) {
      const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
      if (!name) return colour;
      let known = resolved.get(name);
      if (known === undefined) resolved.set(name, (known = value(name)));
      return known;
    },
  };
  cached = { theme, palette };
  return palette;
}
