/** Everything that is known of the selected op, or of the ops that a closed cell stands for. */
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import type { ValueNumbers } from '../../../../src/shared/graph/op-statistics.js';
import type { PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';
import { formatShare, formatValue } from '../../../charts/format.js';
import { bytesText } from '../../../state/shape-text.js';
import { ViewLayerTensors } from '../../../training/layer-tensors.js';
import { rangeText } from '../drawing/edge-text.js';
import { gradientNormOf, timeText } from '../colours/graph-colours.js';
import { shapesOf } from '../table/table-rows.js';

interface DetailsProps {
  readonly graph: OpGraph;
  readonly item: Pick<PlacedItem, 'ops' | 'phase'>;
  readonly values: GraphValues | undefined;
  /** What the values are of: `step 41`. */
  readonly valuesOf: string | undefined;
  onSelect(op: string): void;
  onReveal(file: string, line: number): void;
}

/** More would be no list that anybody reads. */
const MOST_LINKS = 60;

export function GraphDetails({ graph, item, values, valuesOf, onSelect, onReveal }: DetailsProps) {
  const [only] = item.ops;
  const single = item.ops.length === 1 ? only : undefined;
  return (
    <section className="graph-details" aria-label="Details">
      <h3>{single ? single.id : `${item.ops.length.toLocaleString('en-US')} ops`}</h3>
      <dl>
        {factsOf(item, single, values).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="graph-links">
        {only?.file !== undefined && only.line !== undefined && (
          <button className="link-button" onClick={() => onReveal(only.file!, only.line!)}>
            Line {only.line}
          </button>
        )}
        {only?.layer !== undefined && <ViewLayerTensors layer={only.layer} />}
      </div>
      {single ? (
        <>
          <Outputs op={single} values={values} of={valuesOf} />
          <Links title="Inputs" links={inputsOf(graph, single, values)} onSelect={onSelect} />
          <Links title="Goes to" links={readersOf(graph, single)} onSelect={onSelect} />
          {single.forward !== undefined && (
            <Links title="Gradient of" links={[{ op: single.forward }]} onSelect={onSelect} />
          )}
          <Links
            title="Its gradient"
            links={graph.nodes.filter(({ forward }) => forward === single.id).map(({ id }) => ({ op: id }))}
            onSelect={onSelect}
          />
        </>
      ) : (
        <Links
          title="Ops"
          links={item.ops.map((op) => ({ op: op.id, shape: shapesOf(op), values: values?.of(op.id)?.[0] }))}
          onSelect={onSelect}
        />
      )}
    </section>
  );
}

function factsOf(
  { ops, phase }: Pick<PlacedItem, 'ops' | 'phase'>,
  single: OpNode | undefined,
  values: GraphValues | undefined,
): readonly (readonly [string, string])[] {
  const ms = ops.reduce((sum, op) => sum + (op.ms ?? 0), 0);
  const bytes = ops.reduce((sum, op) => sum + op.bytes, 0);
  const devices = new Set(ops.flatMap(({ device }) => device ?? []));
  const norm = values && gradientNormOf({ ops }, values);
  return [
    ...(single ? [['Op', single.op] as const] : []),
    ...(single?.layer === undefined ? [] : [['Layer', single.layer] as const]),
    ['Phase', phase],
    ...(ops.some((op) => op.ms !== undefined) ? [['Time', timeText(ms)] as const] : []),
    ['New memory', bytesText(bytes)],
    ...(devices.size > 0 ? [['Device', [...devices].join(', ')] as const] : []),
    ...(norm === undefined ? [] : [['Gradient norm', formatValue(norm)] as const]),
    ...(single
      ? Object.entries(single.attributes ?? {}).map(([name, value]) => [name, valueText(value)] as const)
      : []),
    ...(single?.value === undefined ? [] : [['value', String(single.value)] as const]),
  ];
}

/** Shapes, types and statistics. */
function Outputs({ op, values, of }: { op: OpNode; values: GraphValues | undefined; of: string | undefined }) {
  if (op.outputs.length === 0) return null;
  const numbers = values?.of(op.id);
  return (
    <>
      <h4>
        {op.outputs.length === 1 ? 'Output' : 'Outputs'}
        {numbers && of !== undefined && <span className="dim"> in {of}</span>}
      </h4>
      <ul>
        {op.outputs.map((output, slot) => (
          <li key={slot}>
            <span className="shape">{shapeText(output)}</span>
            {output.alias && <span className="dim">shares its input’s memory</span>}
            {numbers?.[slot] && <Numbers numbers={numbers[slot]} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Numbers({ numbers }: { numbers: ValueNumbers }) {
  const { min, max, mean, spread, norm, zeros, notFinite } = numbers;
  const rows: (readonly [string, string])[] = [
    ['min', formatValue(min)],
    ['max', formatValue(max)],
    ['mean', formatValue(mean)],
    ['std', formatValue(spread)],
    ['norm', formatValue(norm)],
    ['zeros', formatShare(zeros)],
    ['not finite', formatShare(notFinite)],
  ];
  return (
    <dl className="graph-numbers">
      {rows.map(([name, value]) => (
        <div key={name} data-broken={(name === 'not finite' && notFinite > 0) || undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Link {
  readonly op: string;
  readonly name?: string;
  readonly shape?: string;
  readonly values?: ValueNumbers;
}

function Links({ title, links, onSelect }: { title: string; links: readonly Link[]; onSelect(op: string): void }) {
  if (links.length === 0) return null;
  const more = links.length - MOST_LINKS;
  return (
    <>
      <h4>{title}</h4>
      <ul>
        {links.slice(0, MOST_LINKS).map(({ op, name, shape, values }, index) => (
          <li key={index}>
            {name !== undefined && <span className="dim">{name}</span>}
            <button className="link-button" onClick={() => onSelect(op)}>
              {op}
            </button>
            {shape !== undefined && <span className="shape">{shape}</span>}
            {values && (
              <span className="graph-range" data-broken={values.notFinite > 0 || undefined}>
                {rangeText(values)}
              </span>
            )}
          </li>
        ))}
        {more > 0 && <li className="dim">and {more.toLocaleString('en-US')} more: the table lists them all</li>}
      </ul>
    </>
  );
}

function inputsOf(graph: OpGraph, { id }: OpNode, values: GraphValues | undefined): Link[] {
  const from = graph.edges.filter(({ to }) => to === id);
  const sources = nodesOf(
    graph,
    from.map((edge) => edge.from),
  );
  return from.map(({ from: source, slot, input }) => {
    const output = sources.get(source)?.outputs[slot];
    return {
      op: source,
      name: input,
      ...(output ? { shape: shapeText(output) } : {}),
      values: values?.of(source)?.[slot],
    };
  });
}

function readersOf(graph: OpGraph, op: OpNode): Link[] {
  return graph.edges
    .filter(({ from }) => from === op.id)
    .map(({ to, slot }) => {
      const output = op.outputs[slot];
      return { op: to, ...(output && op.outputs.length > 1 ? { shape: shapeText(output) } : {}) };
    });
}

function nodesOf({ nodes }: OpGraph, ids: readonly string[]): ReadonlyMap<string, OpNode> {
  const wanted = new Set(ids);
  return new Map(nodes.filter(({ id }) => wanted.has(id)).map((node) => [node.id, node]));
}

function shapeText({ shape, dtype }: OpNode['outputs'][number]): string {
  return `${shape.length === 0 ? 'scalar' : shape.map((size) => (size < 0 ? '?' : size)).join('×')} ${dtype}`;
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? (value as readonly unknown[]).flat().join(', ') : String(value);
}
