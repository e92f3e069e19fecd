/** Settings for the next run as a person types them: `rate=0.1 optimizer="adam w"`. Pure; what they mean the experiment knows. */

const pair = /([^\s=]+)=("[^"]*"|'[^']*'|\S*)(?:[\s,;]+|$)/y;

/** By name, as text; `undefined` where it is no list of names and values. */
export function readSettings(text: string): Readonly<Record<string, string>> | undefined {
  const typed = text.trim();
  const settings: Record<string, string> = {};
  pair.lastIndex = 0;
  while (pair.lastIndex < typed.length) {
    const found = pair.exec(typed);
    if (!found) return undefined;
    const [, name, value] = found as unknown as readonly [string, string, string];
    settings[name] = /^["']/.test(value) ? value.slice(1, -1) : value.replace(/[,;]$/, '');
  }
  return settings;
}

/** As a person would type them: what `readSettings` gave comes back. */
export function settingsText(settings: Readonly<Record<string, string>> = {}): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(' ');
}

function quoted(value: string): string {
  if (!/\s|^["']|[,;]$/.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
