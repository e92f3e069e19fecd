/** The line above the charts: which dashboard, what of it is shown, how x is counted, how runs are grouped, what more there is. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { tipOrders } from '../../charts/chart-tip.js';
import { xKinds } from '../../charts/x-axis.js';
import { alertWords } from '../../state/alert-rules.js';
import { runCommand } from '../../state/commands.js';
import { ask, confirm } from '../../state/dialogs.js';
import {
  addDashboard,
  changeDashboard,
  changeRunsView,
  dashboardsStore,
  pinChart,
  removeAlert,
  removeDashboard,
  showDashboard,
} from '../../state/dashboards.js';
import type { Dashboard } from '../../state/dashboard-schema.js';
import { logStore, removeLogFolder } from '../../state/log-sync.js';
import { hparamsStore, settingNames } from '../../state/run-settings.js';
import { copyDashboardLink } from '../../state/dashboard-link.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { askAlert } from './ask-alert.js';
import { dashboardGroup } from './chart-group.js';
import { pattern } from './chart-list.js';
import { askFormula, askNewChart } from './chart-menu.js';
import type { DrawnRun } from './drawn-runs.js';

export interface DashboardBarProps {
  readonly dashboard: Dashboard;
  readonly runs: readonly DrawnRun[];
  readonly names: ReadonlySet<string>;
}

export function DashboardBar({ dashboard, runs, names }: DashboardBarProps) {
  const dashboards = useStore(dashboardsStore, (state) => state.dashboards);
  const all = useApp((state) => state.runs);
  const sessions = useStore(hparamsStore, (state) => state.sessions);
  const folders = useStore(logStore, (state) => state.folders);
  const alerts = useStore(dashboardsStore, (state) => state.alerts);
  const charts = dashboard.view === 'charts';
  const x = xKinds.find(({ kind }) => kind === dashboard.x) ?? xKinds[0]!;

  return (
    <div className="dashboard-bar" role="toolbar" aria-label="Dashboard">
      <MenuButton
        label={dashboard.name}
        title="Dashboards of this folder"
        items={() => [
          ...dashboards.map(({ id, name }): PopupItem => ({
            kind: 'item',
            label: name,
            checked: id === dashboard.id,
            run: () => showDashboard(id),
          })),
          { kind: 'separator' },
          item('New Dashboard…', () => void newDashboard(dashboard, false)),
          item('Duplicate…', () => void newDashboard(dashboard, true)),
          item('Rename…', () => void rename(dashboard)),
          item('Delete…', () => void remove(dashboard), { disabled: dashboards.length < 2 }),
          { kind: 'separator' },
          item('Copy Link to This View', () => void copyDashboardLink(dashboardGroup.zoom)),
          item('Open Link…', () => void runCommand('view.openLink')),
        ]}
      />
      <span className="dashboard-views" role="group" aria-label="View">
        {(['charts', 'runs'] as const).map((view) => (
          <button
            key={view}
            className="text-toggle"
            aria-pressed={dashboard.view === view}
            onClick={() => changeDashboard({ view })}
          >
            {view}
          </button>
        ))}
      </span>
      {!charts && (
        <span className="dashboard-views" role="group" aria-label="View of the runs">
          {(['table', 'parallel', 'scatter', 'matrix', 'importance'] as const).map((kind) => (
            <button
              key={kind}
              className="text-toggle"
              aria-pressed={dashboard.runsView.kind === kind}
              onClick={() => changeRunsView({ kind })}
            >
              {kind}
            </button>
          ))}
        </span>
      )}
      {charts && (
        <PatternField
          label="Charts"
          placeholder="filter charts"
          value={dashboard.filter}
          onChange={(filter) => changeDashboard({ filter })}
        />
      )}
      <PatternField
        label="Runs"
        placeholder={charts ? 'runs by name' : 'filter runs'}
        value={dashboard.runs}
        onChange={(text) => changeDashboard({ runs: text })}
      />
      {charts && (
        <>
          <MenuButton
            label={`x: ${x.label}`}
            title={x.title}
            items={() => [
              ...xKinds.map(({ kind, label, title }): PopupItem => ({
                kind: 'item',
                label: `${label[0]!.toUpperCase()}${label.slice(1)}: ${title.toLowerCase()}`,
                checked: kind === dashboard.x,
                run: () => {
                  dashboardGroup.setZoom(undefined);
                  changeDashboard({ x: kind });
                },
              })),
              { kind: 'separator' },
              item('Logarithmic', () => changeDashboard({ logarithmicX: !dashboard.logarithmicX }), {
                checked: dashboard.logarithmicX,
                disabled: dashboard.x === 'wall',
              }),
            ]}
          />
          <MenuButton
            label={dashboard.groupBy === undefined ? 'group' : `group: ${dashboard.groupBy}`}
            title="Draw runs with the same setting as one curve: their mean, and how far they spread"
            items={() => [
              item('Do Not Group', () => changeDashboard({ groupBy: undefined }), {
                checked: dashboard.groupBy === undefined,
              }),
              ...settingNames(all, sessions)
                .slice(0, 40)
                .map((name) =>
                  item(`By ${name}`, () => changeDashboard({ groupBy: name }), { checked: dashboard.groupBy === name }),
                ),
              { kind: 'separator' },
              item('Band: Mean ± Standard Deviation', () => changeDashboard({ spread: 'deviation' }), {
                checked: dashboard.spread === 'deviation',
              }),
              item('Band: Least to Greatest', () => changeDashboard({ spread: 'range' }), {
                checked: dashboard.spread === 'range',
              }),
            ]}
          />
          <MenuButton
            label="add"
            icon="add"
            title="Charts of your own, computed series, folders of logs"
            items={() => [
              item('Chart of Several Series…', () => void askNewChart(runs, names)),
              item('Computed Series…', () => void addComputed(names)),
              { kind: 'separator' },
              item('Folder of Event Files…', () => void runCommand('logs.addFolder')),
            ]}
          />
        </>
      )}
      <MenuButton
        label={alerts.length === 0 ? '' : String(alerts.length)}
        icon="bell"
        title="Alerts: be told, or end the training, when a series goes wrong"
        items={() => [
          // First, for Enter takes it: nothing is to go by a keystroke too many.
          item('New Alert…', () => void askAlert('validation/loss', names)),
          ...(alerts.length > 0 ? [{ kind: 'separator' } as const] : []),
          ...alerts.map((alert) =>
            item(`Take away: ${alertWords(alert)}${alert.stop ? ', ends the training' : ''}`, () =>
              removeAlert(alert.id),
            ),
          ),
        ]}
      />
      <MenuButton
        label=""
        icon="settings"
        title="How charts are drawn"
        items={() => [
          item('Ignore Outliers', () => changeDashboard({ ignoreOutliers: !dashboard.ignoreOutliers }), {
            checked: dashboard.ignoreOutliers,
          }),
          item('Charts of All Series Below the Pinned', () => changeDashboard({ everything: !dashboard.everything }), {
            checked: dashboard.everything,
          }),
          item('Show Archived Runs', () => changeDashboard({ showArchived: !dashboard.showArchived }), {
            checked: dashboard.showArchived,
          }),
          { kind: 'separator' },
          ...tipOrders.map(({ order, label }) =>
            item(`Values under the Pointer: ${label}`, () => changeDashboard({ tipOrder: order }), {
              checked: dashboard.tipOrder === order,
            }),
          ),
          ...folders
            .filter(({ kind }) => kind === 'added')
            .flatMap(({ path, name }, index): PopupItem[] => [
              ...(index === 0 ? [{ kind: 'separator' } as const] : []),
              item(`Take “${name}” from the List`, () => void removeLogFolder(path)),
            ]),
        ]}
      />
    </div>
  );
}

function item(label: string, run: () => void, more: { checked?: boolean; disabled?: boolean } = {}): PopupItem {
  return { kind: 'item', label, run, ...more };
}

function MenuButton({
  label,
  icon,
  title,
  items,
}: {
  readonly label: string;
  readonly icon?: string;
  readonly title: string;
  items(): readonly PopupItem[];
}) {
  const [menu, setMenu] = useState<PopupAt>();
  return (
    <>
      <button
        className="dashboard-menu"
        title={title}
        aria-label={label === '' ? title : `${label}: ${title}`}
        aria-haspopup="menu"
        aria-expanded={menu !== undefined}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setMenu(event.detail === 0 ? popupAt(event) : { x: box.left, y: box.bottom + 2 });
        }}
      >
        {icon && <Icon name={icon} />}
        {label !== '' && <span>{label}</span>}
        {label !== '' && <Icon name="chevron-down" />}
      </button>
      {menu && <PopupMenu items={items()} at={menu} close={() => setMenu(undefined)} />}
    </>
  );
}

function PatternField({
  label,
  placeholder,
  value,
  onChange,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  onChange(text: string): void;
}) {
  const { problem } = pattern(value);
  return (
    <input
      className="input dashboard-pattern"
      type="search"
      aria-label={`${label}: a regular expression`}
      title={
        problem
          ? `Taken as plain text, for as a regular expression ${problem}`
          : `${label}: a regular expression, for example loss|acc`
      }
      data-problem={problem !== undefined || undefined}
      placeholder={placeholder}
      value={value}
      spellCheck={false}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || value === '') return;
        event.stopPropagation();
        onChange('');
      }}
    />
  );
}

async function newDashboard(like: Dashboard, copy: boolean): Promise<void> {
  const name = await ask({
    kind: 'text',
    title: copy ? `Duplicate ${like.name}` : 'New dashboard',
    label: 'Name',
    value: copy ? `${like.name} 2` : '',
    confirm: copy ? 'Duplicate' : 'Create',
    check: nameProblem,
  });
  if (name === undefined) return;
  addDashboard(name.trim(), copy ? like : undefined);
}

async function rename(dashboard: Dashboard): Promise<void> {
  const name = await ask({
    kind: 'text',
    title: 'Rename the dashboard',
    label: 'Name',
    value: dashboard.name,
    confirm: 'Rename',
    check: nameProblem,
  });
  if (name !== undefined) changeDashboard({ name: name.trim() });
}

function nameProblem(name: string): string | undefined {
  return name.trim() === '' || name.trim().length > 100 ? 'A name of 1 to 100 characters.' : undefined;
}

async function remove(dashboard: Dashboard): Promise<void> {
  const sure = await confirm(
    `Delete the dashboard ${dashboard.name}?`,
    'Its pinned charts and settings are forgotten. Runs are not touched.',
    'Delete',
    'danger',
  );
  if (sure) removeDashboard(dashboard.id);
}

async function addComputed(names: ReadonlySet<string>): Promise<void> {
  const formula = await askFormula(names);
  if (formula !== undefined) pinChart([{ kind: 'formula', formula }]);
}
