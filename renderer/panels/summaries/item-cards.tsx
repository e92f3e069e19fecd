/** Summaries of one step at a time, runs side by side: pictures, sounds, texts, tensors, precision and recall. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { LogMedia, LogPrCurve, LogTensor } from '../../../src/shared/protocol/summaries.js';
import { formatValue } from '../../charts/format.js';
import type { Palette } from '../../charts/palette.js';
import { server } from '../../state/server.js';
import { CardFrame, CardTrouble, RunName } from './card-frame.js';
import { SummaryChart } from './chart.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import { prCurveOption, type CurveOfRun } from './pr-curve-option.js';
import { itemAt, type ShownKind, type SummaryCard, type SummaryRun } from './summary-groups.js';
import { textParts, type TextPart } from './text-parts.js';
import { useItem } from './use-item.js';
import { useLoaded } from './use-loaded.js';

interface CardProps {
  readonly card: SummaryCard;
  readonly title: string;
  readonly step: number | undefined;
}

type Content =
  | { readonly kind: 'media'; readonly media: readonly LogMedia[] }
  | { readonly kind: 'tensor'; readonly tensor: LogTensor };

/** Of a step with many pictures; TensorBoard keeps as many. */
const MOST_PICTURES = 24;

export function ItemCard({ card, title, step }: CardProps) {
  return (
    <CardFrame card={card} title={title} wide={card.kind === 'text' || card.entries.length > 1}>
      {(inSight) =>
        card.entries.map(({ run }) => (
          <ItemOfRun key={run.id} run={run} name={card.name} kind={card.kind} step={step} inSight={inSight} />
        ))
      }
    </CardFrame>
  );
}

interface OfRunProps {
  readonly run: SummaryRun;
  readonly name: string;
  readonly kind: ShownKind;
  readonly step: number | undefined;
  readonly inSight: boolean;
}

function ItemOfRun({ run, name, kind, step, inSight }: OfRunProps) {
  const { id } = run;
  const { item, count, step: writtenAt, failure: noItems } = useItem({ run: id, name, kind, step, inSight });
  const load = useMemo(
    () => (inSight && item >= 0 ? () => contentOf({ run: id, name, item }, kind, count) : undefined),
    [inSight, id, name, item, kind, count],
  );
  const { value, failure } = useLoaded(load, []);
  const trouble = noItems ?? failure;
  return (
    <div className="summary-part">
      <RunName name={run.name} colour={run.colour} step={writtenAt} />
      {trouble !== undefined && <CardTrouble words={trouble} />}
      {value?.kind === 'media' && (
        <div className="summary-pictures">
          {value.media.map((media, index) => (
            <Media
              key={index}
              media={media}
              size={sizeFor(count)}
              label={`${name}, ${index + 1} of ${count}, step ${media.step}`}
            />
          ))}
          {count > value.media.length && <span className="dim">and {count - value.media.length} more</span>}
        </div>
      )}
      {value?.kind === 'tensor' &&
        (kind === 'confusion' ? <ConfusionMatrix tensor={value.tensor} /> : <TensorText tensor={value.tensor} />)}
    </div>
  );
}

/** Of what is not shown here: why. */
export function AsideCard({ card, title }: Omit<CardProps, 'step'>) {
  return (
    <CardFrame card={card} title={title}>
      {() => (
        <div className="summary-part">
          {card.entries.map(({ run, tag }) => (
            <div key={run.id}>
              <RunName name={run.name} colour={run.colour} step={tag.lastStep} />
              <CardTrouble words={tag.note ?? 'Of a kind that is not shown here.'} />
            </div>
          ))}
        </div>
      )}
    </CardFrame>
  );
}

async function contentOf(
  at: { readonly run: string; readonly name: string; readonly item: number },
  kind: ShownKind,
  count: number,
): Promise<Content> {
  if (kind === 'text' || kind === 'tensor' || kind === 'confusion') {
    const stored = kind === 'text' ? kind : 'tensor';
    return { kind: 'tensor', tensor: await server().request('logs/tensor', { ...at, kind: stored }) };
  }
  const media = kind === 'audio' ? 'audio' : 'image';
  const indexes = Array.from({ length: Math.min(count, MOST_PICTURES) }, (_, index) => index);
  const all = indexes.map((index) => server().request('logs/media', { ...at, kind: media, index }));
  return { kind: 'media', media: await Promise.all(all) };
}

/** In pixels: of many, several are in a row. */
function sizeFor(count: number): number {
  return count === 1 ? 180 : count <= 4 ? 140 : 88;
}

interface MediaProps {
  readonly media: LogMedia;
  /** Small pictures are enlarged to about that. */
  readonly size: number;
  readonly label: string;
}

/** Longer for their width than this, and scaled to the card nothing of them could be seen. */
const THIN = 40;

/** What a browser does not know, or finds broken, is told in words. */
function Media({ media, size, label }: MediaProps) {
  const [address, setAddress] = useState<string>();
  const [broken, setBroken] = useState<LogMedia>();
  // A file may say anything of it; what there is shows when it is there.
  const [seen, setSeen] = useState<{ readonly width: number; readonly height: number }>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([media.bytes as Uint8Array<ArrayBuffer>], { type: media.contentType }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [media]);
  if (media.contentType === 'application/octet-stream') return <CardTrouble words="Of a kind that cannot be shown." />;
  if (broken === media) return <CardTrouble words="It is damaged, or of a kind that this browser cannot show." />;
  if (address === undefined) return null;
  if (media.contentType.startsWith('audio/')) {
    return (
      <div>
        <audio controls src={address} aria-label={label} onError={() => setBroken(media)} />
        {/* Others' words may be Markdown: shown as they are, never as HTML. */}
        {media.label !== undefined && <div className="dim">{media.label}</div>}
      </div>
    );
  }
  // Small pictures are enlarged with their pixels in sight.
  const { width, height } = seen ?? { width: media.width ?? size, height: media.height ?? size };
  const scale = Math.max(1, Math.floor(size / Math.max(width, height)));
  return (
    <img
      src={address}
      alt={label}
      title={label}
      width={width * scale}
      data-thin={Math.max(width / height, height / width) > THIN || undefined}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        setSeen({ width: naturalWidth, height: naturalHeight })
      }
      onError={() => setBroken(media)}
    />
  );
}

/** Text of others is shown as it is, never as HTML; but tables as tables. */
function TensorText({ tensor }: { readonly tensor: LogTensor }) {
  const { texts, values, shape, dtype, cut } = tensor;
  const shown = texts ? texts.join('\n\n') : [...values.subarray(0, 200)].map((value) => formatValue(value)).join('  ');
  const parts = useMemo(() => (texts ? textParts(shown) : [{ kind: 'words', words: shown } as const]), [texts, shown]);
  return (
    <>
      {!texts && (
        <div className="dim">
          {dtype} {shape.join('×') || 'scalar'}
        </div>
      )}
      <div className="summary-text" tabIndex={0}>
        {parts.map((part, index) =>
          part.kind === 'words' ? <pre key={index}>{part.words}</pre> : <TextTable key={index} {...part} />,
        )}
        {(cut || (!texts && values.length > 200)) && <pre>…</pre>}
      </div>
    </>
  );
}

function TextTable({ head, rows }: Extract<TextPart, { kind: 'table' }>) {
  return (
    <table>
      <thead>
        <tr>
          {head.map((cell, index) => (
            <th key={index} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** All runs in one chart. */
export function PrCurveCard({ card, title, step }: CardProps) {
  return (
    <CardFrame card={card} title={title}>
      {(inSight) => <PrCurves card={card} step={step} inSight={inSight} />}
    </CardFrame>
  );
}

function PrCurves({ card, step, inSight }: Omit<CardProps, 'title'> & { readonly inSight: boolean }) {
  const load = useMemo(() => (inSight ? () => curvesOf(card, step) : undefined), [inSight, card, step]);
  const { value = [], failure } = useLoaded(
    load,
    card.entries.map(({ run }) => run.id),
  );
  const option = useCallback((palette: Palette) => prCurveOption(value, palette), [value]);
  return (
    <div className="summary-part">
      {value.map(({ run, curve }) => (
        <RunName key={run.id} name={run.name} colour={run.colour} step={curve.step} />
      ))}
      {failure !== undefined && <CardTrouble words={failure} />}
      {inSight && value.length > 0 ? (
        <SummaryChart option={option} label={`Precision over recall: ${card.name}`} />
      ) : (
        <div className="summary-chart" />
      )}
    </div>
  );
}

async function curvesOf({ entries, name }: SummaryCard, step: number | undefined): Promise<readonly CurveOfRun[]> {
  const ask = async (run: SummaryRun): Promise<CurveOfRun> => {
    const { steps } = await server().request('logs/items', { run: run.id, name, kind: 'prCurve' });
    const curve: LogPrCurve = await server().request('logs/prCurve', { run: run.id, name, item: itemAt(steps, step) });
    return { run, curve };
  };
  return Promise.all(entries.map(({ run }) => ask(run)));
}
