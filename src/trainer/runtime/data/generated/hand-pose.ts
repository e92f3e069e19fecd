/**
 * The shape of a hand showing rock, paper or scissors: lines with width, creases and nails, posed at random
 * from given draws. Knows nothing of colours and pictures.
 */
import type { Random } from '../random.js';

export const gestures = ['paper', 'rock', 'scissors'] as const;
export type Gesture = (typeof gestures)[number];

export type Point = readonly [x: number, y: number];

/** Coordinates: the wrist is at the origin, fingers point to negative y, the picture is 100 units wide. */
export interface Tube {
  readonly points: readonly Point[];
  /** One more width than segments: each end has its own. */
  readonly widths: readonly number[];
}

interface Finger {
  readonly base: Point;
  readonly length: number;
  readonly width: number;
  /** Degrees from straight up when the hand is a little spread; clockwise. */
  readonly angle: number;
}

const fingers: readonly Finger[] = [
  { base: [-9, -25], length: 22, width: 6.6, angle: -9 },
  { base: [-3, -27.5], length: 25, width: 6.8, angle: -2 },
  { base: [3.2, -26.5], length: 23, width: 6.5, angle: 4 },
  { base: [9, -23], length: 17.5, width: 5.7, angle: 12 },
];

export interface Pose {
  /** From the wrist up to the middle of what is seen. */
  readonly centre: number;
  /** Painted in order; the tubes of one group grow together. */
  readonly groups: readonly (readonly Tube[])[];
  readonly creases: readonly (readonly Point[])[];
  readonly nails: readonly Nail[];
  readonly onTop: readonly (readonly Tube[])[];
}

export interface Nail {
  readonly at: Point;
  readonly angle: number;
  readonly width: number;
}

/** One of the many hands that show the gesture. */
export function poseHand(gesture: Gesture, random: Random): Pose {
  const back = random.chance(0.55);
  const spread = gesture === 'paper' ? random.between(0.35, 1.7) : random.between(0.6, 1.3);
  const jitter = (amount: number): number => random.normal() * amount;
  const extended = fingers.map((_, index) => gesture === 'paper' || (gesture === 'scissors' && index < 2));
  const vee = random.between(7, 17);

  const body: Tube[] = [forearm(random), ...palm()];
  const folded: Tube[][] = [];
  const creases: Point[][] = [];
  const nails: Nail[] = [];

  fingers.forEach((finger, index) => {
    const straight = extended[index] ?? false;
    const angle =
      gesture === 'scissors' && straight
        ? (index === 0 ? -vee : vee * 0.75) + jitter(2.5)
        : finger.angle * spread + jitter(2);
    const length = finger.length * (1 + jitter(0.05));
    if (straight) {
      const tube = straightFinger(finger, angle, length, jitter(4));
      body.push(tube);
      creases.push(...jointCreases(tube));
      if (back) nails.push(nailOf(tube));
    } else if (back) {
      body.push(knuckle(finger, jitter(0.5)));
      const [x, y] = finger.base;
      creases.push([
        [x - 2, y + 2.5],
        [x, y + 1.2],
        [x + 2, y + 2.5],
      ]);
      if (index > 0) {
        creases.push([
          [x - 3.2, y - 1],
          [x - 3.1, y + 5],
        ]);
      }
    } else {
      folded.push([foldedFinger(finger, jitter(0.7))]);
    }
  });

  const thumb = chooseThumb(gesture, back, random);
  if (!thumb.over) body.push(thumb.tube);
  if (thumb.nail && (back || thumb.over)) nails.push(nailOf(thumb.tube));
  if (!back && gesture === 'paper') creases.push(...palmLines);
  // A thumb laid over folded fingers is painted last, and its nail with it would be hidden: it has none.
  const reach = gesture === 'rock' ? 17 : 27;
  return {
    centre: reach,
    groups: [body, ...folded],
    creases,
    nails: thumb.over ? [] : nails,
    onTop: thumb.over ? [[thumb.tube]] : [],
  };
}

function forearm(random: Random): Tube {
  const width = random.between(14, 17.5);
  const lean = random.normal() * 5;
  return {
    points: [
      [0, -6],
      [0, 4],
      [lean * 0.3, 30],
      [lean, 120],
    ],
    widths: [width, width, width * 1.1, width * 1.45],
  };
}

/** Four broad strokes that fill the palm's outline. */
function palm(): Tube[] {
  const stroke = (points: readonly Point[], width: number): Tube => ({ points, widths: points.map(() => width) });
  return [
    stroke([[-7.3, -23.5], [-6.5, -9], [-3, -1]], 11), // prettier-ignore
    stroke([[-2.6, -25], [-2, -10], [-1, 0]], 11.5), // prettier-ignore
    stroke([[3, -24.5], [2.4, -10], [1, 0]], 11.5), // prettier-ignore
    stroke([[7.4, -21.5], [6.4, -9], [3, -1]], 10.5), // prettier-ignore
  ];
}

function along([x, y]: Point, degrees: number, distance: number): Point {
  const angle = (degrees * Math.PI) / 180;
  return [x + Math.sin(angle) * distance, y - Math.cos(angle) * distance];
}

function straightFinger({ base, width }: Finger, angle: number, length: number, bend: number): Tube {
  const first = along(base, angle, length * 0.45);
  const second = along(first, angle + bend * 0.5, length * 0.3);
  const tip = along(second, angle + bend, length * 0.2);
  return { points: [base, first, second, tip], widths: [width * 1.08, width, width * 0.92, width * 0.76] };
}

function knuckle({ base: [x, y], width }: Finger, jitter: number): Tube {
  return {
    points: [
      [x, y + 6],
      [x, y + 1 + jitter],
      [x * 0.97, y - 2.4 + jitter],
    ],
    widths: [width, width * 1.12, width * 1.02],
  };
}

/** Seen from the palm: over the knuckle and down again. */
function foldedFinger({ base: [x, y], width, length }: Finger, jitter: number): Tube {
  const down = length * 0.52;
  return {
    points: [
      [x, y - 1.5 + jitter],
      [x * 0.94, y + down * 0.6],
      [x * 0.86, y + down],
    ],
    widths: [width * 1.12, width * 1.08, width * 0.92],
  };
}

function chooseThumb(
  gesture: Gesture,
  back: boolean,
  random: Random,
): { readonly tube: Tube; readonly over: boolean; readonly nail: boolean } {
  const out = gesture === 'paper' || random.chance(gesture === 'rock' ? 0.25 : 0.5);
  if (out) {
    const angle = -random.between(28, 62);
    const base: Point = [-6, -7];
    const first = along(base, angle - 8, 11);
    const second = along(first, angle + random.normal() * 5, 8);
    const tip = along(second, angle + random.between(4, 20), 6.5);
    return { tube: { points: [base, first, second, tip], widths: [11, 8.4, 7, 5.6] }, over: false, nail: true };
  }
  if (back) {
    const points: Point[] = [
      [-6, -6],
      [-10.5, -12],
      [-11.5 + random.normal() * 0.5, -19],
    ];
    return { tube: { points, widths: [10, 8, 6.4] }, over: false, nail: false };
  }
  const reach = random.between(-1, 4);
  const points: Point[] = [
    [-6.5, -6],
    [-9.5, -12.5],
    [reach * 0.4 - 3, -16 + random.normal()],
    [reach, -15.5 + random.normal()],
  ];
  return { tube: { points, widths: [9.5, 7.8, 6.6, 5.8] }, over: true, nail: false };
}

function jointCreases({ points, widths }: Tube): Point[][] {
  return [1, 2].map((index) => {
    const [x, y] = points[index]!;
    const half = widths[index]! * 0.27;
    return [
      [x - half, y],
      [x, y + 0.6],
      [x + half, y],
    ];
  });
}

const palmLines: readonly Point[][] = [
  [
    [-9, -17],
    [-2, -18],
    [6, -13],
  ],
  [
    [8.5, -19],
    [2, -21],
    [-4, -24],
  ],
  [
    [-8.5, -16],
    [-3, -12],
    [-2.5, -4],
  ],
];

function nailOf({ points, widths }: Tube): Nail {
  const tip = points.at(-1)!;
  const before = points.at(-2)!;
  const angle = (Math.atan2(tip[0] - before[0], before[1] - tip[1]) * 180) / Math.PI;
  return { at: along(tip, angle, widths.at(-1)! * 0.12), angle, width: widths.at(-1)! * 0.62 };
}
