/** The batch of the step: its images with true and predicted labels, or its first columns as a table. */
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { formatShare, formatValue } from '../../charts/format.js';
import type { StepLook } from '../../../src/shared/protocol/training.js';
import { viewTensor } from '../../state/tensor-tabs.js';
import { Section } from '../../training/section.js';
import { decodeImages, type BatchImages } from './batch-images.js';

type BatchLook = StepLook['batch'];

const SHOWN_AT_FIRST = 64;

export function isWrong(batch: BatchLook, index: number): boolean {
  const truth = batch.trueLabels?.[index];
  const predicted = batch.predictedLabels?.[index];
  return truth !== undefined && predicted !== undefined && truth !== predicted;
}

export const Batch = memo(function Batch({ look, stale }: { look: StepLook; stale: boolean }) {
  const { batch } = look;
  const [wrongOnly, setWrongOnly] = useState(false);
  const [all, setAll] = useState(false);
  const images = useMemo(() => (batch.images ? decodeImages(batch.images) : undefined), [batch.images]);
  const count = Math.min(batch.size, images?.count ?? batch.rows?.values.length ?? batch.size);
  const wrong = useMemo(
    () => Array.from({ length: count }, (_, index) => index).filter((index) => isWrong(batch, index)),
    [batch, count],
  );
  const judged = batch.trueLabels !== undefined && batch.predictedLabels !== undefined;
  const indices = wrongOnly ? wrong : Array.from({ length: count }, (_, index) => index);
  const shown = all ? indices : indices.slice(0, SHOWN_AT_FIRST);
  const what = images ? 'images' : 'examples';
  return (
    <Section
      id="batch"
      title="Batch"
      note={`${stale ? `step ${look.at.step} · ` : ''}${batch.size} ${what}${judged ? ` · ${wrong.length} wrong` : ''}`}
      actions={
        <>
          {judged && (
            <button
              className="section-switch"
              aria-pressed={wrongOnly}
              title="Show only examples that the model gets wrong"
              onClick={() => setWrongOnly(!wrongOnly)}
            >
              wrong only
            </button>
          )}
          {!stale &&
            (['xs', 'ys'] as const).map((part) => (
              <button
                key={part}
                className="section-switch"
                title={part === 'xs' ? 'View the inputs as a tensor' : 'View the labels as a tensor'}
                onClick={() => viewTensor({ kind: 'place', place: { kind: 'batch', part, index: 0 } })}
              >
                {part}
              </button>
            ))}
        </>
      }
    >
      <div
        className="batch"
        role="group"
        aria-label="Examples of the batch"
        tabIndex={0}
        data-stale={stale || undefined}
      >
        {shown.length === 0 && (
          <p className="debug-hint">{wrongOnly ? 'All examples of this batch are right.' : 'The batch is empty.'}</p>
        )}
        {images ? (
          <ul className="batch-images">
            {shown.map((index) => (
              <Thumbnail key={index} images={images} index={index} batch={batch} />
            ))}
          </ul>
        ) : (
          batch.rows && shown.length > 0 && <Rows batch={batch} indices={shown} />
        )}
        {shown.length < indices.length && (
          <button className="link-button batch-more" onClick={() => setAll(true)}>
            Show all {indices.length}
          </button>
        )}
      </div>
    </Section>
  );
});

function Thumbnail({ images, index, batch }: { images: BatchImages; index: number; batch: BatchLook }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(images.at(index), 0, 0);
  }, [images, index]);
  const truth = batch.trueLabels?.[index];
  const predicted = batch.predictedLabels?.[index];
  const confidence = batch.confidence?.[index];
  const wrong = isWrong(batch, index);
  const words = [
    batch.names?.[index],
    truth === undefined ? undefined : `true: ${truth}`,
    predicted === undefined
      ? undefined
      : `predicted: ${predicted}${confidence === undefined ? '' : `, ${formatShare(confidence)}`}`,
  ].filter((part) => part !== undefined);
  return (
    <li className="thumbnail" data-wrong={wrong || undefined} title={words.join('\n')}>
      <span className="thumbnail-image">
        <canvas
          ref={canvas}
          width={images.width}
          height={images.height}
          data-small={images.width < 64 || undefined}
          role="img"
          aria-label={words.join(', ')}
        />
        {confidence !== undefined && <span className="thumbnail-confidence">{formatShare(confidence)}</span>}
      </span>
      {truth !== undefined && <span className="thumbnail-label">{truth}</span>}
      {predicted !== undefined && <span className="thumbnail-label thumbnail-predicted">→ {predicted}</span>}
    </li>
  );
}

function Rows({ batch, indices }: { batch: BatchLook; indices: readonly number[] }) {
  const { rows } = batch;
  if (!rows) return null;
  return (
    <div className="batch-rows">
      <table>
        <thead>
          <tr>
            {batch.trueLabels && <th scope="col">true</th>}
            {batch.predictedLabels && <th scope="col">predicted</th>}
            {batch.confidence && <th scope="col">sure</th>}
            {rows.columns.map((column, at) => (
              <th scope="col" key={at} className="number-column">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {indices.map((index) => (
            <tr key={index} data-wrong={isWrong(batch, index) || undefined} title={batch.names?.[index]}>
              {batch.trueLabels && <td>{batch.trueLabels[index]}</td>}
              {batch.predictedLabels && <td className="predicted">{batch.predictedLabels[index]}</td>}
              {batch.confidence && <td className="numeric">{formatShare(batch.confidence[index])}</td>}
              {rows.values[index]?.map((value, at) => (
                <td key={at} className="numeric number-column">
                  {formatValue(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
