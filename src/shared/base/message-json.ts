/**
 * JSON that keeps not-finite numbers, which plain JSON turns into null: a loss of NaN is news, not a
 * gap. Both ends of every channel between Backstep's processes use this pair.
 */

/** A copy of `value` in which NaN and ±Infinity are `{ $number: 'NaN' }` and the like. */
export function encodeNotFinite(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (Array.isArray(value)) return value.map(encodeNotFinite);
  if (value !== null && typeof value === 'object') {
    const copy: Record<string, unknown> = {};
    for (const [key, entry] of Object.entries(value)) if (entry !== undefined) copy[key] = encodeNotFinite(entry);
    return copy;
  }
  return value;
}

/** `replace` may put something else in the place of an object. */
export function stringifyMessage(value: unknown, replace?: (entry: object) => unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry === 'number') return Number.isFinite(entry) ? entry : { $number: String(entry) };
    return replace && typeof entry === 'object' && entry !== null ? replace(entry) : entry;
  });
}

/** @throws SyntaxError where the text is not JSON. */
export function parseMessage(text: string): unknown {
  // A reviver makes parsing several times slower, and nearly all messages need none.
  if (!text.includes('"$number"')) return JSON.parse(text);
  return JSON.parse(text, (_key, entry: unknown) =>
    entry !== null && typeof entry === 'object' && '$number' in entry ? Number(entry.$number) : entry,
  );
}
