/** What is known of an op before it is used: how the types of its attributes follow from its inputs. */

export interface OpSignature {
  /** `T`: of the type that attribute says. `T*N`: N of them. `T[]`: types that differ. `-`: of a fixed type. */
  readonly inputs: readonly string[];
  /** Their kinds: `type`, `int`, `list(int)`, … */
  readonly attributes: Readonly<Record<string, string>>;
  /** It keeps something between runs, such as a random generator of its own. */
  readonly stateful?: true;
}
