/** Which colour stands for which value. */
import { formatValue } from '../../charts/format.js';
import { colourOf, cssOf, mixesSigns, notFiniteColour, type Range, type Scheme, type Theme } from './colour-scale.js';

interface Props {
  readonly range: Range;
  readonly scheme: Scheme;
  readonly theme: Theme;
  /** It holds for the picture that is pointed at alone. */
  readonly own: boolean;
  /** There are such values. */
  readonly notFinite: boolean;
}

const STOPS = 16;

export function Legend({ range, scheme, theme, own, notFinite }: Props) {
  const { min, max } = range;
  const colours = Array.from({ length: STOPS + 1 }, (_, at) =>
    cssOf(colourOf(min + (at / STOPS) * (max - min), range, scheme, theme)),
  );
  const zero = mixesSigns(range) ? -min / (max - min) : undefined;
  return (
    <span
      className="tensor-legend"
      role="img"
      aria-label={`Colours from ${formatValue(min)} to ${formatValue(max)}${own ? ', of this picture' : ''}`}
      title={own ? 'Of the picture that is pointed at' : undefined}
    >
      <span className="numeric">{formatValue(min, 3)}</span>
      <span
        className="tensor-legend-bar"
        style={{ backgroundImage: `linear-gradient(to right, ${colours.join(', ')})` }}
      >
        {zero !== undefined && <i style={{ left: `${zero * 100}%` }} title="0" />}
      </span>
      <span className="numeric">{formatValue(max, 3)}</span>
      {notFinite && (
        <>
          <span className="tensor-legend-wrong" style={{ background: cssOf(notFiniteColour) }} /> NaN ∞
        </>
      )}
    </span>
  );
}
