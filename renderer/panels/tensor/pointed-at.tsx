/** The value under the pointer or the cursor, in words: which picture, which index, which value. */
import { formatValue } from '../../charts/format.js';
import { indexOf, type Shape } from '../../state/tensor-index.js';
import type { PicturePage, PictureView, TensorReading } from '../../state/tensor-reading.js';
import { valueOfByte } from './colour-scale.js';
import { exactText } from './number-format.js';
import { flatAt } from './picture-canvas.js';
import { useValues } from './use-value.js';

/** A pixel of a picture. */
export interface Pointed {
  readonly picture: number;
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly reading: TensorReading;
  readonly shape: Shape;
  readonly pointed: Pointed | undefined;
  readonly page: PicturePage | undefined;
  readonly what: PictureView;
}

const pictureNames: Readonly<Record<PictureView, string>> = {
  images: 'image',
  featureMaps: 'map',
  filters: 'filter',
  matrix: '',
};

export function PointedAt({ reading, shape, pointed, page, what }: Props) {
  const flats = pointed && page ? flatsAt(page, pointed) : [];
  const values = useValues(reading, flats, shape);
  const first = flats[0];
  if (!pointed || !page || first === undefined) {
    return (
      <p className="tensor-pointed">
        <span className="tensor-hint">Point at a pixel for its index and value; click it to see it in the table.</span>
      </p>
    );
  }
  const name = page.titles?.[pointed.picture - page.first] ?? `${pictureNames[what]} ${pointed.picture}`.trim();
  const block = page.source.width > page.width || page.source.height > page.height;
  return (
    <p className="tensor-pointed" role="status">
      {page.total > 1 && <span>{name}</span>}
      <code>{indexWords(first, flats.length, shape)}</code>
      <span>=</span>
      <strong className="numeric">
        {values
          .map((value, at) =>
            typeof value === 'number' ? exactText(value) : `≈ ${formatValue(approximate(page, pointed, at))}`,
          )
          .join(', ')}
      </strong>
      {block && <span className="tensor-label">the pixel shows a mean</span>}
    </p>
  );
}

/** One, or of a coloured picture three. */
function flatsAt(page: PicturePage, { picture, x, y }: Pointed): readonly number[] {
  return Array.from({ length: page.channels }, (_, channel) => flatAt(page, picture, x, y, channel));
}

/** From what is drawn, until the value is here. */
function approximate(page: PicturePage, { picture, x, y }: Pointed, channel: number): number {
  const at = (((picture - page.first) * page.height + y) * page.width + x) * page.channels + channel;
  if (isNotFinite(page, at)) return NaN;
  return valueOfByte(page.pixels[at] ?? 0, page.ranges[picture - page.first] ?? { min: 0, max: 255 });
}

function isNotFinite({ notFiniteRuns }: PicturePage, at: number): boolean {
  for (let run = 0; run < notFiniteRuns.length; run += 2) {
    const from = notFiniteRuns[run]!;
    if (at >= from && at < from + notFiniteRuns[run + 1]!) return true;
  }
  return false;
}

function indexWords(flat: number, channels: number, shape: Shape): string {
  const index: readonly (number | string)[] = indexOf(flat, shape);
  return `[${(channels > 1 ? [...index.slice(0, -1), ':'] : index).join(', ')}]`;
}
