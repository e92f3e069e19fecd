/**
 * What a chart is drawn with: the part of a canvas's context that drawing uses, and one that writes SVG
 * in its place, so that a saved chart is what is on screen. Knows no chart.
 */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'closePath'
  | 'arc'
  | 'stroke'
  | 'fill'
  | 'fillRect'
  | 'fillText'
  | 'measureText'
  | 'setLineDash'
  | 'save'
  | 'restore'
  | 'rect'
  | 'clip'
  | 'strokeStyle'
  | 'fillStyle'
  | 'lineWidth'
  | 'lineJoin'
  | 'globalAlpha'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
>;

interface Style {
  strokeStyle: string;
  fillStyle: string;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: readonly number[];
  clip: string | undefined;
}

/** Writes what is drawn as SVG elements; `finish` gives the document. Text is measured by `measure`. */
export class SvgPen implements Pen {
  strokeStyle: string = '#000';
  fillStyle: string = '#000';
  lineWidth = 1;
  lineJoin: CanvasLineJoin = 'miter';
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  private dash: readonly number[] = [];
  private path: string[] = [];
  private clipPath: string | undefined;
  private readonly kept: Style[] = [];
  private readonly elements: string[] = [];
  private clips = 0;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly measure: (text: string, font: string) => TextMetrics,
  ) {}

  finish(): string {
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}">`,
      ...this.elements,
      '</svg>',
      '',
    ].join('\n');
  }

  beginPath(): void {
    this.path = [];
  }

  moveTo(x: number, y: number): void {
    this.path.push(`M${short(x)} ${short(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.path.push(`L${short(x)} ${short(y)}`);
  }

  closePath(): void {
    this.path.push('Z');
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }

  /** Whole circles only. */
  arc(x: number, y: number, radius: number): void {
    const r = short(radius);
    this.path.push(
      `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${short(radius * 2)} 0a${r} ${r} 0 1 0 ${short(-radius * 2)} 0Z`,
    );
  }

  clip(): void {
    const id = `clip${++this.clips}`;
    this.elements.push(`<clipPath id="${id}"><path d="${this.path.join('')}"/></clipPath>`);
    this.clipPath = id;
  }

  stroke(): void {
    if (this.path.length === 0) return;
    const dash = this.dash.length > 0 ? ` stroke-dasharray="${this.dash.join(' ')}"` : '';
    this.add(
      `<path d="${this.path.join('')}" fill="none" stroke="${escaped(String(this.strokeStyle))}" stroke-width="${this.lineWidth}" stroke-linejoin="${this.lineJoin}"${dash}`,
    );
  }

  fill(): void {
    if (this.path.length > 0) this.add(`<path d="${this.path.join('')}" fill="${escaped(String(this.fillStyle))}"`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.add(
      `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${escaped(String(this.fillStyle))}"`,
    );
  }

  fillText(text: string, x: number, y: number): void {
    const anchor = { right: 'end', end: 'end', center: 'middle', left: 'start', start: 'start' }[this.textAlign];
    const line =
      this.textBaseline === 'middle'
        ? ' dominant-baseline="central"'
        : this.textBaseline === 'top'
          ? ' dominant-baseline="hanging"'
          : '';
    const font = /^(?:(\d+|bold) )?([\d.]+)px (.*)$/.exec(this.font);
    const style = font
      ? ` font-size="${font[2]}" font-family="${escaped(font[3]!)}"${font[1] ? ` font-weight="${font[1]}"` : ''}`
      : '';
    this.add(
      `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}"${line}${style} fill="${escaped(String(this.fillStyle))}"`,
      `${escaped(text)}</text>`,
    );
  }

  measureText(text: string): TextMetrics {
    return this.measure(text, this.font);
  }

  setLineDash(dash: Iterable<number>): void {
    this.dash = [...dash];
  }

  save(): void {
    const { strokeStyle, fillStyle, lineWidth, lineJoin, globalAlpha, font, textAlign, textBaseline, dash } = this;
    this.kept.push({
      ...{ strokeStyle, fillStyle, lineWidth, lineJoin, globalAlpha, font, textAlign, textBaseline, dash },
      clip: this.clipPath,
    });
  }

  restore(): void {
    const style = this.kept.pop();
    if (!style) return;
    const { clip, ...rest } = style;
    Object.assign(this, rest);
    this.clipPath = clip;
  }

  private add(opening: string, content?: string): void {
    const alpha = this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : '';
    const clip = this.clipPath ? ` clip-path="url(#${this.clipPath})"` : '';
    this.elements.push(`${opening}${alpha}${clip}${content === undefined ? '/>' : `>${content}`}`);
  }
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** XML has no place for most control characters, however they are written. */
function escaped(text: string): string {
  return [...text]
    .map((char) => {
      const code = char.codePointAt(0)!;
      if (code < 0x20 && code !== 9 && code !== 10 && code !== 13) return '\ufffd';
      return '&<>"\''.includes(char) ? `&#${code};` : char;
    })
    .join('');
}
