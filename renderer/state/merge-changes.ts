/**
 * Brings together what two have made of the same thing since it was last the same for both: changes of different
 * parts both count, of the same part mine. Of plain data, as JSON has it; lists whose entries have ids go by these. Pure.
 */

type Fields = Readonly<Record<string, unknown>>;
type Identified = { readonly id: string };

export function mergeChanges<T>(base: T | undefined, mine: T, theirs: T): T;
export function mergeChanges(base: unknown, mine: unknown, theirs: unknown): unknown {
  // What has not changed stays the very object that it is here.
  if (sameData(mine, theirs)) return mine;
  if (isIdentified(mine) && isIdentified(theirs)) return mergeLists(isIdentified(base) ? base : [], mine, theirs);
  if (isFields(mine) && isFields(theirs)) return mergeFields(isFields(base) ? base : {}, mine, theirs);
  if (sameData(mine, base)) return theirs;
  if (sameData(theirs, base)) return mine;
  // What one took away and the other changed stays.
  return mine ?? theirs;
}

export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => sameData(value, b[index]));
  if (!isFields(a) || !isFields(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameData(own(a, key), own(b, key)));
}

function mergeFields(base: Fields, mine: Fields, theirs: Fields): Fields {
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  return Object.fromEntries(
    [...keys]
      .map((key) => [key, mergeChanges(own(base, key), own(mine, key), own(theirs, key))] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** In the order of whoever has changed it. */
function mergeLists(base: readonly Identified[], mine: readonly Identified[], theirs: readonly Identified[]) {
  const ids = (list: readonly Identified[]) => list.map(({ id }) => id);
  const byId = (list: readonly Identified[]) => Object.fromEntries(list.map((entry) => [entry.id, entry]));
  const merged = mergeFields(byId(base), byId(mine), byId(theirs));
  const [first, second] = sameData(ids(mine), ids(base)) ? [theirs, mine] : [mine, theirs];
  return [...new Set([...ids(first), ...ids(second)])].flatMap((id) => own(merged, id) ?? []);
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIdentified(value: unknown): value is readonly Identified[] {
  return Array.isArray(value) && value.every((entry) => isFields(entry) && typeof entry['id'] === 'string');
}
