/**
 * Draws a hand showing rock, paper or scissors as an SVG picture: a stand-in for photographs, so that the
 * sample runs anywhere. The same numbers give the same hand. Knows no image library and no data set.
 *
 * A part of the hand is a line with width. All parts are painted from their rim inwards, darker to lighter,
 * layer by layer: they grow together where they meet and look round, as a distance field would have it.
 */
import { mix, Random } from '../random.js';

export const gestures = ['paper', 'rock', 'scissors'] as const;
export type Gesture = (typeof gestures)[number];

type Point = readonly [x: number, y: number];
type Colour = readonly [red: number, green: number, blue: number];

/** Coordinates: the wrist is at the origin, fingers point to negative y, the picture is 100 units wide. */
interface Tube {
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

const skins: readonly Colour[] = [
  [244, 214, 196],
  [236, 194, 168],
  [224, 178, 146],
  [209, 157, 121],
  [190, 136, 102],
  [164, 112, 82],
  [137, 90, 64],
  [110, 70, 50],
  [84, 54, 41],
  [66, 47, 40],
];

const nailPaints: readonly Colour[] = [
  [190, 30, 60],
  [120, 70, 190],
  [240, 120, 150],
  [40, 60, 110],
];

/** An SVG document of 100 × 100 units, `size` pixels wide. Same arguments, same text. */
export function drawHand(
  gesture: Gesture,
  size: { readonly width: number; readonly height: number },
  seed: number,
): string {
  const random = new Random(seed, gestures.indexOf(gesture));
  const hand = pose(gesture, random);
  const paint = choosePaint(random);
  const scale = random.between(1, 1.5);
  const turn = random.normal() * 11;
  const mirror = random.chance(0.5) ? -1 : 1;
  const stretch = random.between(0.94, 1.06);
  const x = 50 + random.normal() * 5;
  const y = 50 + random.normal() * 4;
  const transform =
    `translate(${fixed(x)} ${fixed(y)}) rotate(${fixed(turn)}) ` +
    `scale(${fixed(scale * mirror * stretch)} ${fixed(scale / stretch)}) translate(0 ${fixed(hand.centre)})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 100 100" preserveAspectRatio="none">`,
    `<defs>${paint.gradients}</defs>`,
    background(random),
    `<g transform="${transform}" stroke-linecap="round" stroke-linejoin="round" fill="none">`,
    ...hand.groups.map((tubes) => paintTubes(tubes, paint)),
    ...hand.creases.map((line) => paintCrease(line, paint)),
    ...hand.nails.map((nail) => paintNail(nail, paint)),
    ...hand.onTop.map((tubes) => paintTubes(tubes, paint)),
    '</g></svg>',
  ].join('');
}

interface Pose {
  /** From the wrist up to the middle of what is seen. */
  readonly centre: number;
  /** Painted in order; the tubes of one group grow together. */
  readonly groups: readonly (readonly Tube[])[];
  readonly creases: readonly (readonly Point[])[];
  readonly nails: readonly Nail[];
  readonly onTop: readonly (readonly Tube[])[];
}

interface Nail {
  readonly at: Point;
  readonly angle: number;
  readonly width: number;
}

function pose(gesture: Gesture, random: Random): Pose {
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

interface Paint {
  readonly gradients: string;
  readonly layers: readonly { readonly paint: string; readonly share: number }[];
  /** Where the light comes from, in units of a tube's width. */
  readonly light: Point;
  readonly crease: string;
  readonly nail: string;
}

const layerCount = 6;

function choosePaint(random: Random): Paint {
  const chosen = random.pick(skins);
  const lightness = random.normal() * 7;
  const base = chosen.map((value) => clampByte(value + lightness + random.normal() * 2)) as unknown as Colour;
  const strength = random.between(0.7, 1.2);
  const side = random.chance(0.5) ? 1 : -1;
  const gradients: string[] = [];
  const layers = Array.from({ length: layerCount }, (_, layer) => {
    const depth = layer / (layerCount - 1);
    const toned = blend(
      blend(base, [40, 12, 4], 0.42 * strength * (1 - depth) ** 1.6),
      [255, 246, 236],
      0.2 * strength * depth,
    );
    const from = blend(toned, [255, 250, 245], 0.06);
    const to = blend(toned, [30, 10, 8], 0.2 * strength);
    gradients.push(
      `<linearGradient id="l${layer}" gradientUnits="userSpaceOnUse" x1="${-16 * side}" y1="-40" x2="${18 * side}" y2="12">` +
        `<stop offset="0" stop-color="${css(from)}"/><stop offset="1" stop-color="${css(to)}"/></linearGradient>`,
    );
    return { paint: `url(#l${layer})`, share: 1 - 0.78 * depth };
  });
  const painted = random.chance(0.25);
  const nail = painted ? random.pick(nailPaints) : blend(base, [255, 220, 214], 0.45);
  return {
    gradients: gradients.join(''),
    layers,
    light: [-0.1 * side, -0.06],
    crease: css(blend(base, [40, 10, 5], 0.55)),
    nail: css(nail),
  };
}

function paintTubes(tubes: readonly Tube[], { layers, light }: Paint): string {
  return layers
    .map(({ paint, share }) => {
      const paths = tubes.flatMap((tube) => outlines(tube, share, light)).join('');
      return `<path d="${paths}" fill="${paint}"/>`;
    })
    .join('');
}

/** The tube's outline at a share of its width: a round end for each point, and what lies between two of them. */
function outlines({ points, widths }: Tube, share: number, [lightX, lightY]: Point): string[] {
  const path: string[] = [];
  const places = points.map(([x, y], index) => {
    const width = widths[index]!;
    return { x: x + lightX * width * (1 - share), y: y + lightY * width * (1 - share), radius: (width * share) / 2 };
  });
  places.forEach(({ x, y, radius }, index) => {
    const r = fixed(radius);
    path.push(
      `M${fixed(x - radius)} ${fixed(y)}a${r} ${r} 0 1 1 ${fixed(2 * radius)} 0a${r} ${r} 0 1 1 ${fixed(-2 * radius)} 0z`,
    );
    const next = places[index + 1];
    if (!next) return;
    const length = Math.hypot(next.x - x, next.y - y);
    const acrossX = (y - next.y) / length;
    const acrossY = (next.x - x) / length;
    const corner = (at: typeof next, side: number): string =>
      `${fixed(at.x + side * acrossX * at.radius)} ${fixed(at.y + side * acrossY * at.radius)}`;
    path.push(
      `M${corner({ x, y, radius }, -1)}L${corner(next, -1)}L${corner(next, 1)}L${corner({ x, y, radius }, 1)}z`,
    );
  });
  return path;
}

function paintCrease(points: readonly Point[], { crease }: Paint): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${fixed(x)} ${fixed(y)}`).join('');
  return `<path d="${path}" stroke="${crease}" stroke-width="0.45" stroke-opacity="0.4"/>`;
}

function paintNail({ at: [x, y], angle, width }: Nail, { nail }: Paint): string {
  return (
    `<ellipse cx="${fixed(x)}" cy="${fixed(y)}" rx="${fixed(width / 2)}" ry="${fixed(width * 0.72)}" fill="${nail}" ` +
    `fill-opacity="0.85" transform="rotate(${fixed(angle)} ${fixed(x)} ${fixed(y)})"/>`
  );
}

/** White, with the soft edge of a shadow in one corner. */
function background(random: Random): string {
  const grey = Math.round(random.between(224, 250));
  const start = random.between(30, 75);
  const side = random.chance(0.5) ? 0 : 100;
  return (
    `<linearGradient id="b" gradientUnits="userSpaceOnUse" x1="${side}" y1="0" x2="${100 - side}" y2="100">` +
    `<stop offset="${fixed(start / 100)}" stop-color="#fff"/>` +
    `<stop offset="1" stop-color="rgb(${grey},${grey},${grey})"/></linearGradient>` +
    `<rect width="100" height="100" fill="url(#b)"/>`
  );
}

const fixed = (value: number): string => value.toFixed(2);
const clampByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
const css = ([red, green, blue]: Colour): string => `rgb(${red},${green},${blue})`;
const blend = (from: Colour, to: Colour, share: number): Colour =>
  from.map((value, index) => clampByte(value + (to[index]! - value) * share)) as unknown as Colour;

/** Tells the hands of one part of the data set from those of the other. */
export const handSeed = (part: 'train' | 'test', gesture: Gesture, number: number): number =>
  mix(part === 'train' ? 1 : 2, gestures.indexOf(gesture), number);
