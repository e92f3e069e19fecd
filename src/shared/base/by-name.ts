/**
 * The order of names for people: `layer_2` before `layer_10`. One collator for all: `localeCompare` with options takes
 * twenty times as long, which of a run with a hundred thousand tags is half a minute.
 */
export const { compare: byName } = new Intl.Collator('en', { numeric: true });
