/** The model as a table: shapes and parameters while it is written, and what went through them while training is paused. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { formatShare, formatValue } from '../../charts/format.js';
import { moveCursor } from '../../state/app-state.js';
import { atLayer, markOf } from '../../state/breakpoint-words.js';
import { openFile } from '../../state/file-actions.js';
import { togglePlace } from '../../state/session-breakpoints.js';
import { bytesText, countText, pipeline, shapeText } from '../../state/shape-text.js';
import { beforeLayer, layerItems, told } from '../../training/break-menu.js';
import { MendFirst, TrustFirst } from '../../training/run-or-trust.js';
import { EmptyState } from '../../ui/empty-state.js';
import { PopupMenu, popupAt, type PopupAt } from '../../ui/popup-menu.js';
import { useBreakpointMessages } from '../../training/use-breakpoint-messages.js';
import { useApp } from '../../use-app.js';
import { BreakDot } from '../../training/break-dot.js';
import { concern, layerRows, totalsOf, type LayerRow } from './layer-rows.js';
import './layers.css';

export function Layers() {
  const workspace = useApp((state) => state.workspace);
  const experiment = useApp((state) => state.experiment);
  const shapes = useApp((state) => (state.experiment === undefined ? undefined : state.shapes[state.experiment]));
  const latest = useApp((state) => (state.experiment === undefined ? undefined : state.analyses[state.experiment]));
  const started = useApp((state) =>
    state.session?.experiment === state.experiment ? state.session?.start?.layers : undefined,
  );
  const look = useApp((state) =>
    state.session?.status === 'paused' && state.session.experiment === state.experiment ? state.look : undefined,
  );
  const analyzing = useApp((state) => state.analyzing);

  const known = shapes?.layers.length ? shapes.layers : started;
  const rows = useMemo(() => layerRows(known ?? [], look), [known, look]);
  const failed = latest?.layers.length === 0 && latest.problems.some((problem) => problem.severity === 'error');

  if (!workspace) return null;
  if (rows.length === 0) {
    if (experiment === undefined) {
      return (
        <EmptyState icon="layers">
          No experiment in this folder yet. Add a file with <code>export default defineExperiment(…)</code>; its layers
          and shapes show here while you write it.
        </EmptyState>
      );
    }
    if (!workspace.trusted) {
      return <TrustFirst>Shapes come from running the model’s code, and this folder is not trusted.</TrustFirst>;
    }
    if (failed) {
      return (
        <MendFirst>
          The model cannot be built yet: {latest.problems.find((problem) => problem.severity === 'error')?.message}
        </MendFirst>
      );
    }
    return (
      <EmptyState icon="layers">
        {analyzing || !latest ? 'Working out the shapes…' : 'This model has no layers yet.'}
      </EmptyState>
    );
  }
  return (
    <LayerTable
      rows={rows}
      stale={failed}
      paused={look !== undefined}
      totals={totalsOf(known ?? [], shapes?.layers.length ? shapes.totals : undefined)}
    />
  );
}

function LayerTable({
  rows,
  stale,
  paused,
  totals,
}: {
  rows: readonly LayerRow[];
  stale: boolean;
  paused: boolean;
  totals: ReturnType<typeof totalsOf>;
}) {
  const cursor = useApp((state) => state.cursor.layer);
  const selected = rows.findIndex((row) => row.layer.layer === cursor);
  const breakpoints = useApp((state) => state.breakpoints);
  const messages = useBreakpointMessages();
  const standing = useApp((state) =>
    state.session?.status === 'paused' && state.session.stop?.stands ? state.session.stop.place?.layer : undefined,
  );
  const [menu, setMenu] = useState<{ readonly layer: string; readonly at: PopupAt }>();
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    body.current?.children[selected]?.scrollIntoView({ block: 'nearest' });
  }, [selected]);

  const go = (row: LayerRow | undefined, focus: boolean) => {
    if (!row) return;
    const { layer, file, line } = row.layer;
    moveCursor({ layer, ...(file !== undefined && line !== undefined ? { file, line, column: undefined } : {}) });
    if (file !== undefined && line !== undefined) void openFile(file, { line, focus });
  };
  const press = (event: KeyboardEvent) => {
    const last = rows.length - 1;
    const to = {
      ArrowDown: Math.min(last, selected + 1),
      ArrowUp: Math.max(0, selected - 1),
      PageDown: Math.min(last, selected + 10),
      PageUp: Math.max(0, selected - 10),
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined) go(rows[to], false);
    else if (event.key === 'Enter') go(rows[selected], true);
    else return;
    event.preventDefault();
  };
  const showMenu = (event: MouseEvent, row: LayerRow | undefined, drawn?: Element | null) => {
    event.preventDefault();
    event.stopPropagation();
    if (!row) return;
    moveCursor({ layer: row.layer.layer });
    setMenu({ layer: row.layer.layer, at: popupAt(event, drawn) });
  };
  const shapesInOrder = useMemo(() => pipeline(rows.map((row) => row.layer)), [rows]);

  return (
    <div className="layers" data-stale={stale || undefined}>
      {stale && (
        <div className="layers-stale">
          Shapes of the last version that could be run. See Problems for what is wrong now.
        </div>
      )}
      <div className="layers-pipeline" aria-label="Shapes through the model">
        {shapesInOrder.map((step, index) => (
          <span key={index} data-cursor={(step.layer !== undefined && step.layer === cursor) || undefined}>
            {index > 0 && <i>→</i>}
            {step.shape}
          </span>
        ))}
      </div>
      <div className="layers-scroll">
        <table
          className="layer-table"
          role="grid"
          tabIndex={0}
          data-autofocus
          data-paused={paused || undefined}
          data-breaks
          aria-label="Layers"
          aria-activedescendant={selected >= 0 ? `layer-${selected}` : undefined}
          onKeyDown={press}
          onContextMenu={(event) => showMenu(event, rows[selected], body.current?.children[selected])}
        >
          <thead>
            <tr>
              <th scope="col" className="break-cell">
                <span className="visually-hidden">Breakpoints</span>
              </th>
              <th scope="col">Layer</th>
              <th scope="col" className="type">
                Type
              </th>
              <th scope="col">Output shape</th>
              <th scope="col" className="number">
                Parameters
              </th>
              {paused && (
                <>
                  <th scope="col" className="number" title="Mean of the output in this step">
                    Mean
                  </th>
                  <th scope="col" className="number" title="Standard deviation of the output in this step">
                    Spread
                  </th>
                  <th scope="col" className="number" title="Share of the output’s values that are zero">
                    Zeros
                  </th>
                  <th scope="col" className="number" title="Norm of the gradients of the layer’s weights">
                    Gradient
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map(({ layer, look }, index) => {
              const worry = concern(look);
              const mark = markOf(atLayer(breakpoints, layer.layer), messages);
              return (
                <tr
                  key={layer.layer}
                  id={`layer-${index}`}
                  aria-selected={index === selected}
                  data-concern={worry}
                  data-standing={layer.layer === standing || undefined}
                  title={[layer.type, layer.arithmetic].filter(Boolean).join(' · ')}
                  onClick={() => go(rows[index], false)}
                  onDoubleClick={() => go(rows[index], true)}
                  onContextMenu={(event) => showMenu(event, rows[index])}
                >
                  <td className="break-cell">
                    <BreakDot
                      mark={mark}
                      standing={layer.layer === standing}
                      name={layer.layer}
                      onToggle={() => told(togglePlace(beforeLayer(layer.layer)))}
                    />
                  </td>
                  <td>{layer.layer}</td>
                  <td className="dim type">{layer.type}</td>
                  <td className="shape">{shapeText(layer.outputShape)}</td>
                  <td className="number" title={layer.trainable ? undefined : 'not trained'}>
                    {layer.params === 0 ? <span className="dim">–</span> : countText(layer.params)}
                    {layer.trainable || layer.params === 0 ? '' : ' ❄'}
                  </td>
                  {paused && (
                    <>
                      <td className="number">{formatValue(look?.output?.mean, 3)}</td>
                      <td className="number">{formatValue(look?.output?.spread, 3)}</td>
                      <td className="number zeros">{formatShare(look?.output?.zeros)}</td>
                      <td className="number gradient">
                        {look?.gradNorm === undefined ? <span className="dim">–</span> : formatValue(look.gradNorm, 3)}
                      </td>
                    </>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {menu && (
        <PopupMenu items={layerItems(menu.layer, { key: 'F9' })} at={menu.at} close={() => setMenu(undefined)} />
      )}
      <div className="layers-totals">
        <span>
          <strong>{countText(totals.params)}</strong> parameters
        </span>
        {totals.trainableParams !== totals.params && <span>{countText(totals.trainableParams)} trained</span>}
        <span>{bytesText(totals.bytes)}</span>
        <span>
          {rows.length} {rows.length === 1 ? 'layer' : 'layers'}
        </span>
      </div>
    </div>
  );
}
