/** Numbers of a tensor in a table: as many digits as a column has room for, or all. Pure. */

/** At most nine characters. */
export function cellText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e8) return minus(String(value));
  if (size < 1e-4 || size >= 1e6)
    return minus(value.toExponential(size >= 1e100 || size < 1e-99 ? 1 : 2).replace('e+', 'e'));
  return minus(size >= 1e5 ? value.toFixed(1) : value.toPrecision(5).slice(0, 8));
}

/** All the digits that a float32 has. */
export function exactText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return cellText(value);
  const single = Math.fround(value) === value;
  const text = single ? String(Number(value.toPrecision(9))) : String(value);
  return minus(text.replace('e+', 'e'));
}

function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}
