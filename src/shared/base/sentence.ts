/** Texts that others have written, as sentences among our own. Knows no language but where a sentence ends. */

/** The same text with a full stop, where it does not end in a sign of its own. */
export function sentence(text: string): string {
  return /[.!?…:]$/.test(text) ? text : `${text}.`;
}
