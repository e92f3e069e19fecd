/** What is drawn besides where things stand: colours, signs and marks of each item and group, as the canvas takes them. Pure. */
import type { Wire } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { PlaceMark } from '../../../state/breakpoint-words.js';
import type { Colours } from '../colours/graph-colours.js';
import { progressOf, type Standing } from '../debugging/graph-places.js';
import type { GraphPalette, Tone } from './graph-palette.js';
import type { Scene } from './scene.js';
import type { Side, Trace } from './trace.js';

export interface LookOf {
  readonly colours: Colours;
  /** Ids of ops. */
  readonly found: ReadonlySet<string>;
  readonly marks: ReadonlyMap<string, PlaceMark>;
  readonly standing: Standing | undefined;
  /** Ids of groups and ops under the window's cursor. */
  readonly lit: ReadonlySet<string> | undefined;
  /** A group's id. */
  readonly standingGroup: string | undefined;
  readonly trace: Trace | undefined;
  /** What is said at a wire in place of its shape. */
  readonly edgeText: ((wire: Wire) => string | undefined) | undefined;
}

export type Progress = ReturnType<typeof progressOf>;

/** A look never changes: another one has another picture. */
export class Look {
  private readonly tones: (Tone | undefined)[] = [];

  constructor(
    readonly scene: Scene,
    readonly palette: GraphPalette,
    readonly of: LookOf,
  ) {}

  /** All of these by the item's place. */
  tone(place: number): Tone {
    return (this.tones[place] ??= this.palette.tone(this.of.colours.of(this.scene.layout.items[place]!)));
  }

  isFound(place: number): boolean {
    const { found } = this.of;
    return found.size > 0 && this.scene.layout.items[place]!.ops.some(({ id }) => found.has(id));
  }

  /** Whether it is of the line that the window's cursor is at. */
  isLit(place: number): boolean {
    const { lit } = this.of;
    const { ops } = this.scene.layout.items[place]!;
    return lit !== undefined && ops.length === 1 && lit.has(ops[0]!.id);
  }

  progress(place: number): Progress {
    return progressOf(this.scene.layout.items[place]!, this.of.standing);
  }

  mark(place: number): PlaceMark | undefined {
    return this.of.marks.get(this.scene.layout.items[place]!.id);
  }

  /** `off` where something is traced that it has no part in. */
  side(place: number): Side | 'off' | undefined {
    return this.of.trace && (this.of.trace.get(this.scene.layout.items[place]!.id) ?? 'off');
  }

  sideOfWire({ from, to }: Wire): 'up' | 'down' | 'off' | undefined {
    return this.of.trace && wireSide(this.of.trace, from, to);
  }

  label(wire: Wire): string {
    return this.of.edgeText?.(wire) ?? (wire.isControl ? '' : wire.label);
  }
}

/** A wire is on the way where both of its ends are. */
export function wireSide(trace: Trace, from: string, to: string): 'up' | 'down' | 'off' {
  const [a, b] = [trace.get(from), trace.get(to)];
  if (a === 'up' && (b === 'up' || b === 'self')) return 'up';
  if (b === 'down' && (a === 'down' || a === 'self')) return 'down';
  return 'off';
}
