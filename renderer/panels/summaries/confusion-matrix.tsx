/** Who is taken for whom: rows true classes, columns predicted ones; a cell is as full as its share of its row. */
import { readPalette } from '../../charts/palette.js';
import { useApp } from '../../use-app.js';
import { CardTrouble } from './card-frame.js';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { LogTensor } from '../../../src/shared/protocol/summaries.js';

/** More of them are a picture: there is no room for their names, and a table of a million cells never comes. */
const MOST_NAMED = 30;

/** Numbers are to be read on the fullest cell. */
const MOST_INK = 0.55;

interface Counts {
  readonly names: readonly string[];
  at(row: number, column: number): number;
  /** Of the row's: none where it has none. */
  share(row: number, column: number): number;
}

export function ConfusionMatrix({ tensor: { values, shape, classNames } }: { readonly tensor: LogTensor }) {
  const classes = shape[0] ?? 0;
  const counts = useMemo((): Counts => {
    const names = Array.from({ length: classes }, (_, index) => classNames?.[index] ?? String(index));
    const at = (row: number, column: number): number => values[row * classes + column] ?? 0;
    const sums = names.map((_, row) => names.reduce((sum, __, column) => sum + at(row, column), 0));
    return { names, at, share: (row, column) => (sums[row]! > 0 ? at(row, column) / sums[row]! : 0) };
  }, [values, classes, classNames]);
  const all = values.reduce((sum, one) => sum + one, 0);
  if (!(classes > 0 && shape.length === 2 && shape[1] === classes && Number.isFinite(all))) {
    return (
      <CardTrouble
        words={`A tensor of ${shape.join('×') || 'one value'}, or with values that count nothing: no classes taken for others.`}
      />
    );
  }
  if (values.length < classes * classes) {
    return <CardTrouble words={`${classes.toLocaleString('en-US')} classes are more than can be shown here.`} />;
  }
  const right = counts.names.reduce((sum, _, index) => sum + counts.at(index, index), 0);
  return (
    <>
      <div className="dim">
        {right.toLocaleString('en-US')} of {all.toLocaleString('en-US')} right{all > 0 && `, ${percent(right / all)}`}
      </div>
      {classes <= MOST_NAMED ? <ConfusionTable {...counts} /> : <ConfusionPicture counts={counts} />}
    </>
  );
}

function wordsAt({ names, at, share }: Counts, row: number, column: number): string {
  return `${at(row, column)} of class ${names[row]} taken for ${names[column]}, ${percent(share(row, column))}`;
}

function ConfusionTable(counts: Counts) {
  const { names, at, share } = counts;
  return (
    <div className="confusion" tabIndex={0} aria-label="Confusion matrix">
      <table>
        <thead>
          <tr>
            <th className="dim" scope="col">
              true ↓ predicted →
            </th>
            {names.map((name, column) => (
              <th key={column} scope="col" title={name}>
                {name}
              </th>
            ))}
            <th className="dim" scope="col" title="Of all of the class, so many were found">
              found
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name, row) => (
            <tr key={row}>
              <th scope="row" title={name}>
                {name}
              </th>
              {names.map((_, column) => (
                <td key={column} data-right={row === column || undefined} title={wordsAt(counts, row, column)}>
                  <i style={{ opacity: share(row, column) * MOST_INK }} />
                  {at(row, column) > 0 && <span>{at(row, column).toLocaleString('en-US')}</span>}
                </td>
              ))}
              <td className="dim">{names.some((_, column) => at(row, column) > 0) ? percent(share(row, row)) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Of many classes: a pixel a cell; the one that is pointed at, or that the arrows come to, in words. */
function ConfusionPicture({ counts }: { readonly counts: Counts }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useApp((state) => state.theme);
  const [cell, setCell] = useState<readonly [row: number, column: number]>([0, 0]);
  const size = counts.names.length;
  useEffect(() => {
    const { resolve } = readPalette(canvas.current!);
    const pen = canvas.current!.getContext('2d')!;
    pen.clearRect(0, 0, size, size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const share = counts.share(row, column);
        if (share <= 0) continue;
        pen.fillStyle = resolve(row === column ? 'var(--good)' : 'var(--stop)');
        // A few of many are to be seen as well.
        pen.globalAlpha = Math.sqrt(Math.min(1, share));
        pen.fillRect(column, row, 1, 1);
      }
    }
  }, [counts, size, theme]);
  const words = wordsAt(counts, Math.min(cell[0], size - 1), Math.min(cell[1], size - 1));
  const within = (place: number) => Math.max(0, Math.min(size - 1, place));
  return (
    <div className="confusion">
      <div className="dim">true ↓ predicted →</div>
      <canvas
        ref={canvas}
        width={size}
        height={size}
        tabIndex={0}
        role="img"
        aria-label={`Confusion matrix of ${size} classes: ${words}`}
        onPointerMove={({ nativeEvent: { offsetX, offsetY }, currentTarget: { clientWidth, clientHeight } }) =>
          setCell([
            within(Math.floor((offsetY / clientHeight) * size)),
            within(Math.floor((offsetX / clientWidth) * size)),
          ])
        }
        onKeyDown={(event) => {
          const by = ARROWS[event.key];
          if (!by) return;
          event.preventDefault();
          setCell(([row, column]) => [within(row + by[0]), within(column + by[1])]);
        }}
      />
      <div aria-live="polite">{words}</div>
    </div>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
}
