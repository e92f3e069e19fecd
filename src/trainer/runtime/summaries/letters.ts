/**
 * The letters that pictures are labelled with, as coverage. Those of most languages of Europe are here from the start;
 * others are drawn by sharp once they are asked for, which takes a while. Knows no pictures.
 */
import { inflateSync } from 'node:zlib';
import { glyphBaseline, glyphCoverage, glyphHeight, glyphLetters, glyphWidths } from './label-glyphs.js';

interface Letter {
  readonly width: number;
  readonly height: number;
  /** From the top to the line that it stands on. */
  readonly baseline: number;
  /** 0 to 255, row by row. */
  readonly coverage: Uint8Array;
}

let known: Map<string, Letter> | undefined;

function letters(): Map<string, Letter> {
  if (known) return known;
  known = new Map();
  const all = inflateSync(Buffer.from(glyphCoverage, 'base64'));
  let at = 0;
  for (const [index, letter] of [...glyphLetters].entries()) {
    const width = glyphWidths.charCodeAt(index) - 0x30;
    const coverage = all.subarray(at, (at += width * glyphHeight));
    known.set(letter, { width, height: glyphHeight, baseline: glyphBaseline, coverage });
  }
  return known;
}

/** Stands for what there is no letter for. */
const unknown: Letter = {
  width: 8,
  height: glyphHeight,
  baseline: glyphBaseline,
  coverage: Uint8Array.from({ length: 8 * glyphHeight }, (_, index) => {
    const [x, y] = [index % 8, index >> 3];
    const inside = x >= 1 && x <= 6 && y >= 3 && y <= 11;
    return inside && (x === 1 || x === 6 || y === 3 || y === 11) ? 255 : 0;
  }),
};

export function letterOf(letter: string): Letter {
  return letters().get(letter) ?? unknown;
}

/** Whether all of it can be drawn as it is. */
export function hasLetters(text: string): boolean {
  for (const letter of text) if (!letters().has(letter)) return false;
  return true;
}

/** Draws what is missing of the letters of a text. */
export async function drawLetters(text: string): Promise<void> {
  const missing = new Set([...text].filter((letter) => !letters().has(letter)));
  if (missing.size === 0) return;
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  for (const letter of missing) {
    const safe = `&#${letter.codePointAt(0)!};`;
    // What the font lays out one after the other is laid out letter by letter here: as wide as its ink.
    const svg = /\p{Cc}|\p{Cs}/u.test(letter)
      ? undefined
      : `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="${glyphHeight}"><text x="8" y="${glyphBaseline}" font-family="sans-serif" font-size="12">${safe}</text></svg>`;
    const ink = svg && (await sharp(Buffer.from(svg)).ensureAlpha().extractChannel(3).raw().toBuffer());
    letters().set(letter, ink ? trimmed(ink) : unknown);
  }
}

function trimmed(ink: Uint8Array): Letter {
  const columns = Array.from({ length: 32 }, (_, x) => x).filter((x) => {
    for (let y = 0; y < glyphHeight; y++) if (ink[y * 32 + x]! > 0) return true;
    return false;
  });
  const [left, right] = [columns[0] ?? 8, columns.at(-1) ?? 11];
  const width = right - left + 2;
  const coverage = new Uint8Array(width * glyphHeight);
  for (let y = 0; y < glyphHeight; y++) coverage.set(ink.subarray(y * 32 + left, y * 32 + right + 1), y * width);
  return { width, height: glyphHeight, baseline: glyphBaseline, coverage };
}
