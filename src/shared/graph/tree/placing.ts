/**
 * Places what an outline tells of, with some groups open. The inside of a group is placed once and kept: another
 * layout costs what has changed and the groups around it. Numbers in, numbers out: a worker runs it. Pure but for
 * what it remembers.
 */
import { layeredLayout, type LayeredBox, type Route } from './layered-layout.js';
import { cellWidths, childBoxes, gaps, sizes, type Outline } from './outline.js';

/** Where everything stands that is seen. Of what is not, the numbers mean nothing. */
export interface Placement {
  readonly width: number;
  readonly height: number;
  /** 1 for groups that show what is in them; the root is one. */
  readonly open: Uint8Array;
  /** x, y, width, height of each group. */
  readonly groups: Float64Array;
  /** x, y of each child that is an op. */
  readonly ops: Float64Array;
  /** Of each edge: the first number of its route in `routes`, and one more at the end. */
  readonly routeStart: Int32Array;
  /** Of each edge that is led: y where it leaves its row; x, upper and lower y of each row that it passes; y where it comes in. */
  readonly routes: Float64Array;
}

/** What is in a group, from its own corner. */
interface Inside {
  readonly width: number;
  readonly height: number;
  /** From the left: where its forward ops stand. */
  readonly port: number;
  /** x, y of each child. */
  readonly places: Float64Array;
  /** Of each edge, as in a `Placement`; empty where it is not led. */
  readonly routes: readonly Float64Array[];
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly port: number;
}

/** Insides that one group is kept with: what was opened is often closed again. */
const MOST_KEPT = 4;
const noRoute = new Float64Array(0);

export class Placing {
  /** By group: insides by the frames of the groups within. */
  private readonly kept = new Map<number, Map<string, Inside>>();

  constructor(private readonly outline: Outline) {}

  /** `open`: 1 for each group that shows what is in it; the root always does. */
  place(open: Uint8Array): Placement {
    const { childStart, child, edgeStart } = this.outline;
    const count = childStart.length - 1;
    const insides: (Inside | undefined)[] = Array<Inside | undefined>(count).fill(undefined);
    const opened = open.slice();
    opened[0] = 1;
    // Groups within have higher numbers.
    const seen = new Uint8Array(count);
    seen[0] = 1;
    for (let group = 0; group < count; group++) {
      if (seen[group] === 0 || opened[group] === 0) continue;
      for (let at = childStart[group]!; at < childStart[group + 1]!; at++) if (child[at]! >= 0) seen[child[at]!] = 1;
    }
    const frames: (Frame | undefined)[] = Array<Frame | undefined>(count).fill(undefined);
    for (let group = count - 1; group >= 0; group--) {
      if (seen[group] === 0) continue;
      const inside = opened[group] === 1 ? (insides[group] = this.inside(group, frames)) : undefined;
      frames[group] = {
        width: (inside?.width ?? this.outline.closedWidth[group]!) + 2 * sizes.padding,
        height: (inside?.height ?? this.outline.closedHeight[group]!) + sizes.headHeight + sizes.padding,
        port: (inside?.port ?? cellWidths[0] / 2) + sizes.padding,
      };
    }

    const groups = new Float64Array(4 * count);
    const ops = new Float64Array(2 * child.length);
    const routeStart = new Int32Array(edgeStart.at(-1)! + 1);
    let length = 0;
    for (const inside of insides) if (inside) for (const route of inside.routes) length += route.length;
    const routes = new Float64Array(length);
    let next = 0;
    for (let group = 0; group < count; group++) {
      const inside = insides[group];
      // The root has no frame.
      const left = group === 0 ? 0 : groups[4 * group]! + sizes.padding;
      const top = group === 0 ? 0 : groups[4 * group + 1]! + sizes.headHeight;
      for (let index = 0; index < edgeStart[group + 1]! - edgeStart[group]!; index++) {
        const route = inside?.routes[index];
        if (route) {
          for (let at = 0; at < route.length; at++)
            routes[next++] = route[at]! + (isAcross(at, route.length) ? left : top);
        }
        routeStart[edgeStart[group]! + index + 1] = next;
      }
      if (!inside) continue;
      for (let at = childStart[group]!, index = 0; at < childStart[group + 1]!; at++, index += 2) {
        const x = inside.places[index]! + left;
        const y = inside.places[index + 1]! + top;
        const inner = child[at]!;
        if (inner < 0) {
          ops[2 * at] = x;
          ops[2 * at + 1] = y;
        } else {
          const { width, height } = frames[inner]!;
          groups.set([x, y, width, height], 4 * inner);
        }
      }
    }
    const all = insides[0]!;
    return { width: all.width, height: all.height, open: opened, groups, ops, routeStart, routes };
  }

  private inside(group: number, frames: readonly (Frame | undefined)[]): Inside {
    const { childStart, child, columns } = this.outline;
    let key = '';
    for (let at = childStart[group]!; at < childStart[group + 1]!; at++) {
      const frame = child[at]! < 0 ? undefined : frames[child[at]!]!;
      if (frame) key += `${frame.width},${frame.height},${frame.port};`;
    }
    let kept = this.kept.get(group);
    if (!kept) this.kept.set(group, (kept = new Map<string, Inside>()));
    let inside = kept.get(key);
    if (inside) {
      // The last used is the last to go.
      kept.delete(key);
    } else {
      inside = columns[group] === 1 ? this.columns(group) : this.mixed(group, frames);
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    }
    kept.set(key, inside);
    return inside;
  }

  /** Groups and ops from top to bottom. */
  private mixed(group: number, frames: readonly (Frame | undefined)[]): Inside {
    const { childStart, child, box } = this.outline;
    const boxes: LayeredBox[] = [];
    let hasGroups = false;
    for (let at = childStart[group]!; at < childStart[group + 1]!; at++) {
      const inner = child[at]!;
      if (inner >= 0) hasGroups = true;
      boxes.push(inner >= 0 ? frames[inner]! : childBoxes[box[at]!]!);
    }
    const laid = layeredLayout(boxes, this.edgesOf(group), hasGroups ? gaps.groups : gaps.ops);
    const places = new Float64Array(2 * boxes.length);
    laid.places.forEach(({ x, y }, index) => places.set([x, y], 2 * index));
    const first = boxes.findIndex(({ aside }) => aside !== true);
    const { port, width = 0 } = boxes[first] ?? {};
    return {
      width: laid.width,
      height: laid.height,
      port: first < 0 ? laid.width / 2 : laid.places[first]!.x + (port ?? width / 2),
      places,
      routes: laid.routes.map(routeNumbers),
    };
  }

  /** The ops of a layer: forward, gradient and update side by side. */
  private columns(group: number): Inside {
    const { childStart, box, cell } = this.outline;
    const start = childStart[group]!;
    const count = childStart[group + 1]! - start;
    const places = new Float64Array(2 * count);
    const edges = this.edgesOf(group);
    const routes: Float64Array[] = edges.map(() => noRoute);
    let [x, height, port] = [0, 0, 0];
    for (let kind = 0; kind < cellWidths.length; kind++) {
      const own: number[] = [];
      for (let index = 0; index < count; index++) if (cell[start + index] === kind) own.push(index);
      if (own.length === 0) continue;
      const numbers = new Int32Array(count).fill(-1);
      own.forEach((index, number) => (numbers[index] = number));
      const boxes = own.map((index) => childBoxes[box[start + index]!]!);
      const inner: (readonly [number, number])[] = [];
      const innerEdges: number[] = [];
      edges.forEach(([from, to], edge) => {
        const [a, b] = [numbers[from]!, numbers[to]!];
        if (a < 0 || b < 0) return;
        inner.push([a, b]);
        innerEdges.push(edge);
      });
      const laid = layeredLayout(boxes, inner, gaps.ops);
      own.forEach((index, number) => {
        const place = laid.places[number]!;
        places[2 * index] = x + place.x;
        // Gradients flow upward, beside the forward ops that they belong to.
        places[2 * index + 1] = kind === 1 ? laid.height - place.y - boxes[number]!.height : place.y;
      });
      innerEdges.forEach((edge, index) => {
        const route = routeNumbers(laid.routes[index]);
        routes[edge] = kind === 1 ? upward(route, laid.height) : route;
        for (let at = 1; at < route.length - 1; at += 3) route[at]! += x;
      });
      if (x === 0) port = laid.width / 2;
      x += laid.width + gaps.cells;
      height = Math.max(height, laid.height);
    }
    return { port, width: Math.max(0, x - gaps.cells), height, places, routes };
  }

  private edgesOf(group: number): (readonly [number, number])[] {
    const { edgeStart, edges } = this.outline;
    const pairs: (readonly [number, number])[] = [];
    for (let at = edgeStart[group]!; at < edgeStart[group + 1]!; at++) pairs.push([edges[2 * at]!, edges[2 * at + 1]!]);
    return pairs;
  }
}

function routeNumbers(route: Route | undefined): Float64Array {
  if (!route) return noRoute;
  const numbers = new Float64Array(2 + 3 * route.passes.length);
  numbers[0] = route.leave;
  route.passes.forEach(({ x, top, bottom }, index) => numbers.set([x, top, bottom], 1 + 3 * index));
  numbers[numbers.length - 1] = route.enter;
  return numbers;
}

/** Whether a number of a route is an x. */
function isAcross(at: number, length: number): boolean {
  return at % 3 === 1 && at < length - 1;
}

/** The same from below, in place: upper ends are lower ones then. */
function upward(route: Float64Array, height: number): Float64Array {
  for (let at = 0; at < route.length; at++) if (!isAcross(at, route.length)) route[at] = height - route[at]!;
  return route;
}
