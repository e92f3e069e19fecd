/** Which lines of a text are others in another: the shortest way from one to the other, by Myers. Pure. */

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
  /** Counted from 1; of the first text, of the second where it is new. */
  readonly line: number;
}

/** Of texts that differ more than this, all of the one is gone and all of the other new. */
const MOST_EDITS = 2000;

export function diffLines(first: string, second: string): readonly DiffLine[] {
  const a = first.split('\n');
  const b = second.split('\n');
  const trace: Int32Array[] = [];
  const most = Math.min(MOST_EDITS, a.length + b.length);
  // The furthest place in `a` that each diagonal reaches, after each number of edits.
  const reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits || (diagonal !== edits && reach[middle + diagonal - 1]! < reach[middle + diagonal + 1]!);
      let x = down ? reach[middle + diagonal + 1]! : reach[middle + diagonal - 1]! + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      reach[middle + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return back(a, b, trace, middle);
    }
  }
  return [
    ...a.map((text, index): DiffLine => ({ kind: 'gone', text, line: index + 1 })),
    ...b.map((text, index): DiffLine => ({ kind: 'new', text, line: index + 1 })),
  ];
}

function back(a: readonly string[], b: readonly string[], trace: readonly Int32Array[], middle: number): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  const same = () => lines.push({ kind: 'same', text: a[--x]!, line: x + 1 }) && y--;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits]!;
    const diagonal = x - y;
    const down =
      diagonal === -edits || (diagonal !== edits && reach[middle + diagonal - 1]! < reach[middle + diagonal + 1]!);
    const before = down ? diagonal + 1 : diagonal - 1;
    const fromX = edits === 0 ? 0 : reach[middle + before]!;
    const fromY = edits === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) same();
    if (edits === 0) break;
    if (down) lines.push({ kind: 'new', text: b[--y]!, line: y + 1 });
    else lines.push({ kind: 'gone', text: a[--x]!, line: x + 1 });
  }
  return lines.reverse();
}

/** What differs, with so many lines around it; `undefined` stands for lines left out. */
export function hunks(lines: readonly DiffLine[], around = 3): readonly (DiffLine | undefined)[] {
  const near = lines.map(() => false);
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let at = Math.max(0, index - around); at <= Math.min(lines.length - 1, index + around); at++) near[at] = true;
  }
  const shown: (DiffLine | undefined)[] = [];
  for (const [index, line] of lines.entries()) {
    if (near[index]) shown.push(line);
    else if (index > 0 && near[index - 1]) shown.push(undefined);
    else if (index === 0) shown.push(undefined);
  }
  return shown.every((line) => line === undefined) ? [] : shown;
}
