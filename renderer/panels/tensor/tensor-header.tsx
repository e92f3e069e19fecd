/** What a tensor is: shape, type, place, size, and its values summed up. Its extremes lead to where they are. */
import { formatBytes, formatShare, formatValue } from '../../charts/format.js';
import { goToFound } from '../../state/tensor-commands.js';
import type { Sought } from '../../state/tensor-reading.js';
import type { TensorTab } from '../../state/tensor-tabs.js';
import { shapeText } from '../../state/shape-text.js';
import { Spark } from '../../training/spark.js';

interface Props {
  readonly tab: TensorTab;
  readonly running: boolean;
  readonly named: boolean;
}

export function TensorHeader({ tab, running, named }: Props) {
  const { facts, shape, reading } = tab;
  const numbers = facts?.numbers;
  return (
    <header className="tensor-header">
      {named && <strong className="tensor-name selectable">{tab.title}</strong>}
      <div className="tensor-line">
        <span className="tensor-kind">
          <span className="tensor-shape numeric selectable">{shape ? shapeText(shape) : '…'}</span>
          {facts && (
            <>
              <span>{facts.dtype}</span>
              <span>{facts.device}</span>
              <span>{formatBytes(facts.bytes)}</span>
            </>
          )}
        </span>
        {reading && (
          <span
            className="tensor-of"
            data-old={!tab.current || undefined}
            title={
              tab.current
                ? undefined
                : running
                  ? 'Training goes on; it is read anew at the next stop.'
                  : 'Read at an earlier stop.'
            }
          >
            {tab.current ? `of ${reading.of}` : `as of ${reading.of}`}
          </span>
        )}
      </div>
      {numbers && facts && (
        <div className="tensor-line tensor-numbers">
          {facts.histogram && facts.histogram.length > 0 && (
            <Spark
              counts={facts.histogram}
              width={84}
              height={30}
              label={`Histogram from ${formatValue(numbers.min)} to ${formatValue(numbers.max)}`}
            />
          )}
          <dl>
            <Number tab={tab} name="min" value={numbers.min} sought="min" />
            <Number tab={tab} name="mean" value={numbers.mean} />
            <Number tab={tab} name="max" value={numbers.max} sought="max" />
            <Number tab={tab} name="sd" title="Standard deviation" value={numbers.spread} />
            <div title="Share of values that are exactly zero">
              <dt>zeros</dt>
              <dd className="numeric">{formatShare(numbers.zeros)}</dd>
            </div>
            <div data-wrong={numbers.notFinite > 0 || undefined} title="Share of NaN and infinities">
              <dt>not finite</dt>
              <dd className="numeric">
                {numbers.notFinite > 0 ? (
                  <Find tab={tab} sought="notFinite" text={formatShare(numbers.notFinite)} />
                ) : (
                  'none'
                )}
              </dd>
            </div>
          </dl>
        </div>
      )}
    </header>
  );
}

interface NumberProps {
  readonly tab: TensorTab;
  readonly name: string;
  readonly title?: string;
  readonly value: number;
  readonly sought?: Sought;
}

function Number({ tab, name, title, value, sought }: NumberProps) {
  const text = formatValue(value);
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd className="numeric">{sought ? <Find tab={tab} sought={sought} text={text} /> : text}</dd>
    </div>
  );
}

function Find({ tab, sought, text }: { tab: TensorTab; sought: Sought; text: string }) {
  return (
    <button
      className="tensor-find-link"
      title="Show it in the table"
      disabled={!tab.current}
      onClick={() => void goToFound(tab.id, sought)}
    >
      {text}
    </button>
  );
}
