/** Everything that is known of the selected op, or of the ops that a closed cell stands for. */
import type { OpGraph } from '../../../src/shared/graph/op-graph.js';
import type { PlacedItem } from '../../../src/shared/graph/tree/tree-layout.js';
import { bytesText } from '../../state/shape-text.js';
import { ViewLayerTensors } from '../../training/layer-tensors.js';
import { timeText } from './graph-colours.js';

interface DetailsProps {
  readonly graph: OpGraph;
  readonly item: PlacedItem;
  onSelect(op: string): void;
  onReveal(file: string, line: number): void;
}

export function GraphDetails({ graph, item, onSelect, onReveal }: DetailsProps) {
  const ms = item.ops.reduce((sum, op) => sum + (op.ms ?? 0), 0);
  const bytes = item.ops.reduce((sum, op) => sum + op.bytes, 0);
  const [only] = item.ops;
  const single = item.ops.length === 1 ? only : undefined;
  const rows: (readonly [string, string])[] = [
    ['Phase', item.phase],
    ['Time', timeText(ms)],
    ['New memory', bytesText(bytes)],
    ...(single
      ? Object.entries(single.attributes ?? {}).map(([name, value]) => [name, valueText(value)] as const)
      : []),
    ...(single?.value === undefined ? [] : [['value', String(single.value)] as const]),
  ];
  return (
    <section className="graph-details" aria-label="Details">
      <h3>{single ? single.id : `${item.ops.length} ops`}</h3>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
      {only?.file !== undefined && only.line !== undefined && (
        <button className="link-button" onClick={() => onReveal(only.file!, only.line!)}>
          Line {only.line}
        </button>
      )}
      {only?.layer !== undefined && <ViewLayerTensors layer={only.layer} />}
      {single ? (
        <>
          <Links
            title="Inputs"
            links={graph.edges
              .filter(({ to }) => to === single.id)
              .map(({ from, slot, input }) => ({ op: from, name: input, shape: shapeOf(graph, from, slot) }))}
            onSelect={onSelect}
          />
          <Links
            title="Outputs"
            links={graph.edges
              .filter(({ from }) => from === single.id)
              .map(({ to, slot }) => ({ op: to, name: '', shape: shapeOf(graph, single.id, slot) }))}
            onSelect={onSelect}
          />
          {single.forward !== undefined && (
            <Links title="Gradient of" links={[{ op: single.forward, name: '', shape: '' }]} onSelect={onSelect} />
          )}
        </>
      ) : (
        <Links
          title="Ops"
          links={item.ops.map((op) => ({
            op: op.id,
            name: '',
            shape: op.outputs.map(({ shape }) => shape.join('×')).join(', '),
          }))}
          onSelect={onSelect}
        />
      )}
    </section>
  );
}

function Links({
  title,
  links,
  onSelect,
}: {
  title: string;
  links: readonly { readonly op: string; readonly name: string; readonly shape: string }[];
  onSelect(op: string): void;
}) {
  if (links.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul>
        {links.map(({ op, name, shape }, index) => (
          <li key={index}>
            {name && <span className="dim">{name}</span>}
            <button className="link-button" onClick={() => onSelect(op)}>
              {op}
            </button>
            <span className="shape">{shape}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function shapeOf({ nodes }: OpGraph, id: string, slot: number): string {
  const output = nodes.find((node) => node.id === id)?.outputs[slot];
  return output ? `${output.shape.length === 0 ? 'scalar' : output.shape.join('×')} ${output.dtype}` : '';
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? (value as readonly unknown[]).flat().join(', ') : String(value);
}
