/** Python's versions and what may be asked of them, as far as wheels of TensorFlow and NVIDIA use it (PEP 440, PEP 508). Pure. */

/** `12.5.3.2`; undefined for anything but a final release (pre-releases, local versions). */
function release(version: string): number[] | undefined {
  const found = /^v?(\d+(?:\.\d+)*)(?:\.post(\d+))?$/.exec(version.trim());
  return found ? found[1]!.split('.').map(Number) : undefined;
}

export function isRelease(version: string): boolean {
  return release(version) !== undefined;
}

/** Negative where `a` is older. Versions that are no releases count as the oldest. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [release(a) ?? [], release(b) ?? []];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `<13.0,>=12.5.3.2`: all must hold. What is not understood does not hold. */
export function satisfies(version: string, specifiers: string): boolean {
  if (!isRelease(version)) return false;
  return specifiers
    .split(',')
    .map((specifier) => specifier.trim())
    .filter(Boolean)
    .every((specifier) => {
      const [, operator, wanted] = /^(===|==|!=|~=|>=|<=|>|<)\s*([\w.*+!-]+)$/.exec(specifier) ?? [];
      if (operator === undefined || wanted === undefined) return false;
      if (wanted.endsWith('.*')) {
        const prefix = wanted.slice(0, -2).split('.');
        const same = prefix.every((part, i) => (version.split('.')[i] ?? '0') === part);
        return operator === '==' ? same : operator === '!=' ? !same : false;
      }
      const order = compareVersions(version, wanted);
      switch (operator) {
        case '==':
        case '===':
          return order === 0;
        case '!=':
          return order !== 0;
        case '>=':
          return order >= 0;
        case '<=':
          return order <= 0;
        case '>':
          return order > 0;
        case '<':
          return order < 0;
        default: {
          // ~= 1.4.2: at least that, within 1.4.
          const upTo = wanted.split('.').slice(0, -1);
          return order >= 0 && upTo.every((part, i) => (version.split('.')[i] ?? '0') === part);
        }
      }
    });
}

export interface Requirement {
  /** As the index spells it: lower case, with `-`. */
  readonly name: string;
  readonly specifiers: string;
}

/** The index's spelling of a package's name (PEP 503). */
export function normalizedName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** What a wheel's METADATA asks for under one of its extras: `Requires-Dist: name<2,>=1; extra == "and-cuda"`. */
export function requirementsOfExtra(metadata: string, extra: string): Requirement[] {
  const requirements: Requirement[] = [];
  for (const line of metadata.split(/\r?\n/)) {
    // The headers end at the first empty line; the description follows.
    if (line === '') break;
    const [, text] = /^Requires-Dist:\s*(.*)$/i.exec(line) ?? [];
    if (text === undefined) continue;
    const [what = '', marker = ''] = text.split(/;(.*)/s);
    if (!new RegExp(`extra\\s*==\\s*['"]${extra}['"]`).test(marker)) continue;
    const [, name, specifiers] = /^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^)]*)\)?\s*$/.exec(what.trim()) ?? [];
    if (name !== undefined) requirements.push({ name: normalizedName(name), specifiers: specifiers ?? '' });
  }
  return requirements;
}
