/** One thing that `backstep doctor` looked at. */
export interface Finding {
  readonly name: string;
  /** `limited`: something works in its place. */
  readonly state: 'works' | 'limited' | 'broken';
  readonly detail: string;
  /** The one command (or act) that would change it. */
  readonly change?: string;
}
