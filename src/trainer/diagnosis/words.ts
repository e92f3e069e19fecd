/** Numbers and lists in the sentences of findings. Pure. */

const USUAL_RATE = 0.01;

/** Four digits at most: `0.001234`, `1.2e−7`, `∞`, `NaN`. */
export function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e6)
      ? value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
      : String(rounded(value));
  return text.replaceAll('-', '−');
}

/** A learning rate to try in place of one that is too high: a tenth, and nothing that is out of the ordinary too. */
export function lowerRate(rate: number): number {
  return Math.min(rate / 10, USUAL_RATE);
}

/** `97 %`; near the ends with a digit more, so that 99.7 % does not read as all. */
export function percent(share: number): string {
  const value = share * 100;
  const digits = (value > 99 && value < 100) || (value > 0 && value < 1) ? 1 : 0;
  return `${value.toFixed(digits)} %`;
}

/** `a`, `a and b`, `a, b and c`; more than `most` are counted. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `150×150×3`. */
export function shapeText(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'a single number' : shape.map((size) => size ?? '?').join('×');
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
