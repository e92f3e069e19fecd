/** Right end of the dashboards' tab strip: smoothing, what is drawn, and back from a zoom. */
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { formatCount } from '../../charts/format.js';
import { formatX } from '../../charts/x-axis.js';
import { activeDashboard, dashboardsStore } from '../../state/dashboards.js';
import { sessionUi } from '../../state/session-ui.js';
import { Icon } from '../../ui/icon.js';
import { dashboardGroup } from './chart-group.js';
import { useDrawnCount } from './use-drawn-runs.js';

/** The slider's end stands for TensorBoard's greatest weight. */
const GREATEST = 0.999;

export function DashboardSwitches() {
  const smoothing = useStore(sessionUi, (state) => state.smoothing);
  const runs = useDrawnCount();
  const x = useStore(dashboardsStore, (state) => activeDashboard(state).x);
  const zoom = useSyncExternalStore(
    (listener) => dashboardGroup.onZoom(listener),
    () => dashboardGroup.zoom,
  );
  return (
    <div className="dashboard-switches">
      {zoom && (
        <button
          className="dashboard-zoom"
          title="Show everything (double click on a chart, or 0)"
          onClick={() => dashboardGroup.setZoom(undefined)}
        >
          <Icon name="zoom-out" />
          {x === 'step'
            ? `steps ${formatCount(zoom.min)}–${formatCount(zoom.max)}`
            : `${formatX(x, zoom.min, zoom.max - zoom.min)}–${formatX(x, zoom.max, zoom.max - zoom.min)}`}
        </button>
      )}
      <label className="dashboard-smoothing" title="Smoothing of curves, as TensorBoard does it; 0 shows them raw">
        <span>smoothing</span>
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={Math.round((smoothing / GREATEST) * 100)}
          aria-valuetext={smoothing.toFixed(2)}
          onChange={(event) => {
            const share = Number(event.target.value) / 100;
            sessionUi.setState({ smoothing: share === 1 ? GREATEST : Math.round(share * 100) / 100 });
          }}
        />
        <output>{smoothing === GREATEST ? '0.999' : smoothing.toFixed(2)}</output>
      </label>
      {runs > 0 && (
        <span className="dashboard-facts">
          {runs} {runs === 1 ? 'run' : 'runs'}
        </span>
      )}
    </div>
  );
}
