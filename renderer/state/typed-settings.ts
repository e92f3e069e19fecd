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
