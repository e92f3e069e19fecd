/** Names as JavaScript has them, in any script: `loss`, `δ`, `größe`. Pure. */

export function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(text);
}

/** The name that is begun at the end of a text; may be empty. */
export function nameBegunIn(text: string): string {
  return /[\p{ID_Continue}$]*$/u.exec(text)![0];
}
