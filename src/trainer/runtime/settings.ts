/**
 * Settings of a run: what a person hands over as text (`--set rate=0.1`), made what the experiment takes. Knows no
 * command line.
 */
import { closestName } from '../../shared/conditions/closest-name.js';
import type { Experiment, SettingDefaults, Settings, SettingValue } from './experiment.js';
import { TrainingFailure } from './failure.js';

type SettingTexts = Readonly<Record<string, string>>;

/**
 * All settings that an experiment is handed. Where it names them with their values, those of `saved` that it has no more
 * are left out, and `given` ones have to be among them and of their types. @throws TrainingFailure
 */
export function settingsFor(
  { settings: defaults }: Pick<Experiment, 'settings'>,
  given: SettingTexts,
  saved: SettingTexts = {},
): Readonly<Record<string, SettingValue>> {
  if (defaults === undefined) {
    return Object.fromEntries(Object.entries({ ...saved, ...given }).map(([name, text]) => [name, readSetting(text)]));
  }
  checkDefaults(defaults);
  const values: Record<string, SettingValue> = { ...(defaults as SettingDefaults) };
  for (const [name, text] of Object.entries(saved))
    if (Object.hasOwn(values, name)) values[name] = like(name, defaults, text);
  for (const [name, text] of Object.entries(given)) values[name] = like(name, defaults, text);
  return values;
}

/** As JSON and YAML write numbers; with a zero in front it is rather somebody's name for something. */
const number = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function isNumber(word: string): boolean {
  return number.test(word) && Number.isFinite(Number(word));
}

/** What a text looks like; in quotes it is text. */
export function readSetting(text: string): SettingValue {
  const word = text.trim();
  if (word === 'true' || word === 'false') return word === 'true';
  // Digits beyond a number's own would be lost; written with an exponent it has none.
  const keepsDigits = /[.e]/i.test(word) || Number.isSafeInteger(Number(word));
  if (keepsDigits && isNumber(word)) return Number(word);
  return /^(["']).*\1$/s.exec(word) ? word.slice(1, -1) : text;
}

/** The same settings, of which it is known afterwards which nobody has asked for. */
export function watchedSettings(values: Readonly<Record<string, SettingValue>>): {
  readonly settings: Settings;
  unread(names: readonly string[]): readonly string[];
} {
  const read = new Set<PropertyKey>();
  const settings = new Proxy(values, {
    get: (target, name) => {
      read.add(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  return { settings, unread: (names) => names.filter((name) => !read.has(name)) };
}

function like(name: string, defaults: Settings, text: string): SettingValue {
  if (!Object.hasOwn(defaults, name)) {
    const names = Object.keys(defaults);
    const close = closestName(name, names);
    throw new TrainingFailure(`There is no setting '${name}'.`, {
      part: 'settings',
      hint: close
        ? `Did you mean '${close}'?`
        : names.length > 0
          ? `The experiment has: ${names.join(', ')}.`
          : 'The experiment’s `settings` names none.',
    });
  }
  const usual = defaults[name] as SettingValue;
  if (typeof usual === 'string') return text;
  const value = typeof usual === 'number' && isNumber(text.trim()) ? Number(text) : readSetting(text);
  if (typeof value === typeof usual) return value;
  throw new TrainingFailure(
    `The setting '${name}' is ${typeof usual === 'number' ? 'a number' : 'true or false'}, and not “${text}”.`,
    { part: 'settings', hint: `Write for example --set ${name}=${usual}, or give it another value in \`settings\`.` },
  );
}

function checkDefaults(defaults: unknown): asserts defaults is SettingDefaults {
  const hint = 'Name each with the value that it usually has: settings: { rate: 0.01, layers: 2 }.';
  if (typeof defaults !== 'object' || defaults === null || Array.isArray(defaults)) {
    throw new TrainingFailure('`settings` is not a list of names with values.', { part: 'settings', hint });
  }
  for (const [name, value] of Object.entries(defaults)) {
    if (['string', 'number', 'boolean'].includes(typeof value)) continue;
    throw new TrainingFailure(`The setting '${name}' is neither a number nor text, true or false.`, {
      part: 'settings',
      hint,
    });
  }
}
