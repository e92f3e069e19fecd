/** What can be chosen of a view of runs: its columns, each by a button that says which it is now. */
import { changeRunsView } from '../../../state/dashboards.js';
import type { RunsView } from '../../../state/runs-view.js';
import { Icon } from '../../../ui/icon.js';
import { columnAxis, valueText } from './column-axis.js';
import { askColumn } from './column-questions.js';
import type { RunColumn } from './run-columns.js';
import { useRunColours } from './use-run-colours.js';
import type { RunRows } from './use-run-rows.js';
import { chosenAxes, chosenColour, chosenMetric, chosenSize, chosenX, chosenY } from './view-choices.js';

interface Props {
  readonly found: RunRows;
  readonly view: RunsView;
}

export function ParallelControls({ found, view }: Props) {
  const { columns, named } = found;
  const axes = chosenAxes(view, columns, named).map(({ id }) => id);
  const add = async () => {
    const id = await askColumn('Add an axis', columns);
    if (id !== undefined) changeRunsView({ axes: [...axes.filter((other) => other !== id), id] });
  };
  return (
    <>
      <button className="button" onClick={() => void add()}>
        Add axis
      </button>
      {view.axes && (
        <button className="button" onClick={() => changeRunsView({ axes: undefined })}>
          The usual axes
        </button>
      )}
      <Colour found={found} view={view} />
    </>
  );
}

export function ScatterControls({ found, view }: Props) {
  const { columns, named } = found;
  const [x, y] = [chosenX(view, columns, named), chosenY(view, columns)];
  return (
    <>
      <Choice label="x" now={x} columns={columns} choose={(id) => changeRunsView({ x: id })} />
      <Logarithmic label="x" column={x} found={found} view={view} />
      <Choice label="y" now={y} columns={columns} choose={(id) => changeRunsView({ y: id })} />
      <Logarithmic label="y" column={y} found={found} view={view} />
      <Choice
        label="size"
        now={chosenSize(view, columns)}
        columns={columns}
        none
        numbers
        choose={(id) => changeRunsView({ size: id })}
      />
      <Trend view={view} />
      <Colour found={found} view={view} />
    </>
  );
}

export function MatrixControls({ found, view }: Props) {
  return (
    <>
      <Trend view={view} />
      <ParallelControls found={found} view={view} />
    </>
  );
}

function Trend({ view }: { readonly view: RunsView }) {
  return (
    <button
      className="text-toggle"
      aria-pressed={view.trend}
      title="The line of least squares through the points"
      onClick={() => changeRunsView({ trend: !view.trend })}
    >
      trend
    </button>
  );
}

export function ImportanceControls({ found, view }: Props) {
  const { columns } = found;
  return (
    <Choice
      label="metric"
      now={chosenMetric(view, columns)}
      columns={columns.filter(({ id, numeric }) => numeric && !id.startsWith('setting:') && id !== 'created')}
      choose={(id) => changeRunsView({ metric: id })}
    />
  );
}

function Colour({ found, view }: Props) {
  const { legend } = useRunColours(view, found);
  return (
    <>
      <Choice
        label="colour"
        now={chosenColour(view, found.columns)}
        columns={found.columns}
        none
        choose={(id) => changeRunsView({ colour: id })}
      />
      {legend?.axis.kind === 'number' && (
        <span className="runs-ramp">
          {valueText(legend.axis.column, legend.axis.scale.min)}
          <i style={{ background: `linear-gradient(to right, ${legend.ramp.join(', ')})` }} />
          {valueText(legend.axis.column, legend.axis.scale.max)}
        </span>
      )}
    </>
  );
}

function Choice({
  label,
  now,
  columns,
  none = false,
  numbers = false,
  choose,
}: {
  readonly label: string;
  readonly now: RunColumn | undefined;
  readonly columns: readonly RunColumn[];
  readonly none?: boolean;
  readonly numbers?: boolean;
  choose(id: string): void;
}) {
  const ask = async () => {
    const id = await askColumn(`Column for ${label}`, columns, { none, numbers });
    if (id !== undefined) choose(id);
  };
  return (
    <button className="dashboard-menu" aria-haspopup="dialog" onClick={() => void ask()}>
      <span>
        {label}: {now?.title ?? 'none'}
      </span>
      <Icon name="chevron-down" />
    </button>
  );
}

function Logarithmic({ label, column, found, view }: Props & { readonly label: string; readonly column: RunColumn }) {
  const axis = columnAxis(column, found.named, view.logarithmic[column.id]);
  const on = axis.kind === 'number' && axis.scale.logarithmic;
  return (
    <button
      className="text-toggle"
      aria-pressed={on}
      aria-label={`Logarithmic ${label} axis`}
      disabled={!axis.canBeLogarithmic}
      title={axis.canBeLogarithmic ? `Logarithmic ${label} axis` : 'Only of values above zero'}
      onClick={() => changeRunsView({ logarithmic: { ...view.logarithmic, [column.id]: !on } })}
    >
      log
    </button>
  );
}
