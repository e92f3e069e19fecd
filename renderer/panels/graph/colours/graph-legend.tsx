/** What the colours of the graph mean: each alone, or a scale with numbers; and the way to values that are not there yet. */
import type { ReactNode } from 'react';
import { colouringNames, type Colouring, type Colours } from './graph-colours.js';

interface LegendProps {
  readonly colouring: Colouring;
  readonly colours: Colours;
  /** Where the values come from, or the button that has them measured. */
  readonly children?: ReactNode;
}

export function GraphLegend({ colouring, colours: { legend, scale, missing }, children }: LegendProps) {
  return (
    <div className="graph-legend" role="group" aria-label={`Colours: ${colouringNames[colouring]}`}>
      {missing !== undefined && <span className="dim">{missing}</span>}
      {scale && (
        <div
          className="graph-scale"
          role="img"
          aria-label={`From ${scale.ticks[0]!.text} to ${scale.ticks.at(-1)!.text}${scale.isLogarithmic ? ', logarithmic' : ''}`}
        >
          <i style={{ background: `linear-gradient(to right, ${scale.colours.join(', ')})` }} />
          <div>
            {scale.ticks.map(({ at, text }) => (
              <span key={at} style={{ left: `${at * 100}%`, translate: `${-at * 100}%` }}>
                {text}
              </span>
            ))}
          </div>
        </div>
      )}
      {scale?.isLogarithmic && <span className="dim">by orders of magnitude</span>}
      {legend.length > 0 && (
        <ul>
          {legend.map(({ colour, text }, index) => (
            <li key={index}>
              <i style={{ background: colour }} />
              {text}
            </li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}
