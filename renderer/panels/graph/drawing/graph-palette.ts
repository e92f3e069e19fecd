/** The theme's colours as the graph's canvas needs them: those of all canvases, and the mixtures of the style sheet as values. */
import { readPalette, type Palette } from '../../../charts/palette.js';
import { fillShare } from '../colours/colour-scale.js';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Of an item. */
export interface Tone {
  readonly fill: string;
  readonly line: string;
  /** In place of both where it is too small for a border. */
  readonly flat: string;
}

export interface GraphPalette {
  readonly background: string;
  readonly group: string;
  readonly groupLine: string;
  readonly text: string;
  readonly strongText: string;
  readonly dimText: string;
  readonly badge: string;
  readonly cursor: string;
  readonly cursorFill: string;
  readonly found: string;
  readonly good: string;
  readonly stop: string;
  readonly wires: { readonly forward: string; readonly gradient: string; readonly update: string };
  readonly up: string;
  readonly down: string;
  readonly font: string;
  readonly mono: string;
  /** `colour`: any of CSS, with variables. */
  tone(colour: string): Tone;
}

/** Where trace and wires take their colours from; the legend says them too. */
export const traceColours = { up: 'var(--series-6)', down: 'var(--series-2)' } as const;

let last: { readonly base: Palette; readonly palette: GraphPalette } | undefined;

/** As the style sheet has it now; read once a theme. */
export function readGraphPalette(page: Document): GraphPalette {
  const base = readPalette(page.documentElement);
  if (last?.base !== base) last = { base, palette: withMixtures(base, page) };
  return last.palette;
}

function withMixtures(base: Palette, page: Document): GraphPalette {
  const probe = page.createElement('i');
  probe.hidden = true;
  const style = getComputedStyle(probe);
  const known = new Map<string, Rgb>();
  const value = (colour: string): Rgb => {
    let rgb = known.get(colour);
    if (!rgb) {
      page.body.append(probe);
      probe.style.color = '';
      probe.style.color = colour;
      known.set(colour, (rgb = parseColour(style.color)));
      probe.remove();
    }
    return rgb;
  };
  const css = (name: string): string => base.resolve(`var(${name})`);
  const background = value('var(--bg)');
  const border = value('var(--border-strong)');
  const tones = new Map<string, Tone>();
  return {
    background: base.background,
    group: css('--bg-raised'),
    groupLine: base.border,
    text: base.text,
    strongText: css('--text-strong'),
    dimText: base.dim,
    badge: css('--bg-hover'),
    cursor: base.cursor,
    cursorFill: text(mix(value('var(--cursor)'), background, 0.34)),
    found: css('--warn'),
    good: css('--good'),
    stop: base.stop,
    wires: { forward: css('--series-1'), gradient: css('--past'), update: css('--series-3') },
    up: base.resolve(traceColours.up),
    down: base.resolve(traceColours.down),
    font: base.font,
    mono: css('--font-mono'),
    tone(colour) {
      let tone = tones.get(colour);
      if (!tone) {
        const own = value(colour);
        tone = {
          fill: text(mix(own, background, fillShare(colour))),
          line: text(mix(own, border, 0.75)),
          flat: text(mix(own, background, 0.55)),
        };
        tones.set(colour, tone);
      }
      return tone;
    },
  };
}

/** What browsers give as a computed colour: `rgb(1, 2, 3)`, `rgba(…)`, `color(srgb 0.1 0.2 0.3)`. Black for anything else. */
export function parseColour(computed: string): Rgb {
  const numbers = (computed.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = numbers;
  return computed.startsWith('color(') ? [red * 255, green * 255, blue * 255] : [red, green, blue];
}

/** `share` of the first, in sRGB, as `color-mix` does it. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2): number => a[index] * share + b[index] * (1 - share);
  return [at(0), at(1), at(2)];
}

function text(rgb: Rgb): string {
  return `rgb(${rgb.map((one) => Math.round(one)).join(',')})`;
}
