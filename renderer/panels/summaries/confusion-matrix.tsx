/** Who is taken for whom: rows true classes, columns predicted ones; a cell is as full as its share of its row. */
import { CardTrouble } from './card-frame.js';
import type { LogTensor } from '../../../src/shared/protocol/summaries.js';

/** Of more classes names are left out, as there is no room for them. */
const MOST_NAMED = 30;

/** Numbers are to be read on the fullest cell. */
const MOST_INK = 0.55;

export function ConfusionMatrix({ tensor: { values, shape, classNames } }: { readonly tensor: LogTensor }) {
  const classes = shape[0] ?? 0;
  const names = Array.from({ length: classes }, (_, index) => classNames?.[index] ?? String(index));
  const at = (row: number, column: number): number => values[row * classes + column] ?? 0;
  const sums = names.map((_, row) => names.reduce((sum, __, column) => sum + at(row, column), 0));
  const all = sums.reduce((sum, one) => sum + one, 0);
  const right = names.reduce((sum, _, index) => sum + at(index, index), 0);
  const isNamed = classes <= MOST_NAMED;
  if (!(classes > 0 && shape.length === 2 && shape[1] === classes && Number.isFinite(all))) {
    return (
      <CardTrouble
        words={`A tensor of ${shape.join('×') || 'one value'}, or with values that count nothing: no classes taken for others.`}
      />
    );
  }
  return (
    <>
      <div className="dim">
        {right.toLocaleString('en-US')} of {all.toLocaleString('en-US')} right{all > 0 && `, ${percent(right / all)}`}
      </div>
      <div className="confusion" tabIndex={0} aria-label="Confusion matrix">
        <table>
          <thead>
            <tr>
              <th className="dim" scope="col">
                true ↓ predicted →
              </th>
              {names.map((name, column) => (
                <th key={column} scope="col" title={name}>
                  {isNamed && name}
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
                  {isNamed && name}
                </th>
                {names.map((other, column) => {
                  const count = at(row, column);
                  const share = sums[row]! > 0 ? count / sums[row]! : 0;
                  const words = `${count} of class ${name} taken for ${other}, ${percent(share)}`;
                  return (
                    <td key={column} data-right={row === column || undefined} title={words}>
                      <i style={{ opacity: share * MOST_INK }} />
                      {isNamed && count > 0 && <span>{count.toLocaleString('en-US')}</span>}
                    </td>
                  );
                })}
                <td className="dim">{sums[row]! > 0 ? percent(at(row, row) / sums[row]!) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
}
