/** Names that could go on where a person types in the console. Calls nothing of the values that it looks into. */

import { isIdentifier } from './identifiers.js';

export interface Completion {
  readonly name: string;
  readonly kind: 'function' | 'property' | 'class' | 'variable';
}

const MOST = 500;

/** Properties of `value`, inherited ones too, that begin with `start`; nearest first. */
export function completionsOf(value: unknown, start: string): Completion[] {
  if (value === undefined || value === null) return [];
  const found = new Map<string, Completion>();
  for (
    let owner: object | undefined = Object(value) as object;
    owner && found.size < MOST;
    owner = (Object.getPrototypeOf(owner) as object | null) ?? undefined
  ) {
    // Every object has these; they help only where nothing else does.
    if (owner === Object.prototype && found.size > 0) break;
    const properties = Object.getOwnPropertyDescriptors(owner);
    for (const [name, property] of Object.entries(properties)) {
      if (!name.toLowerCase().startsWith(start.toLowerCase()) || found.has(name)) continue;
      if (!isIdentifier(name) || name === 'constructor') continue;
      const isFunction = typeof property.value === 'function';
      found.set(name, { name, kind: !isFunction ? 'property' : /^[A-Z]/.test(name) ? 'class' : 'function' });
    }
  }
  return sorted([...found.values()]).slice(0, MOST);
}

/** By name; what begins with an underscore is nobody's first wish. */
export function sorted(completions: readonly Completion[]): Completion[] {
  const rank = ({ name }: Completion): number => Number(name.startsWith('_'));
  return [...completions].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en'));
}
