/**
 * Draws a hand showing rock, paper or scissors as an SVG picture: a stand-in for photographs, so that the
 * sample runs anywhere. The same numbers give the same hand. Knows no image library and no data set.
 *
 * A part of the hand is a line with width. All parts are painted from their rim inwards, darker to lighter,
 * layer by layer: they grow together where they meet and look round, as a distance field would have it.
 */
import { mix, Random } from '../random.js';
import { type Gesture, gestures, type Nail, type Point, poseHand, type Tube } from './hand-pose.js';

type Colour = readonly [red: number, green: number, blue: number];

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
  const hand = poseHand(gesture, random);
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
