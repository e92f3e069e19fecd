/** Each layer of the step: output shape, mean, spread, share of zeros, gradient norm. A click moves the cursor to the layer. */
import { memo, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { formatShare, formatValue } from '../../charts/format.js';
import type { StepLook } from '../../../src/shared/protocol/training.js';
import { appStore, moveCursor } from '../../state/app-state.js';
import { shapeText } from '../../state/shape-text.js';
import { openFile } from '../../state/file-actions.js';
import { viewTensor } from '../../state/tensor-tabs.js';
import { layerTensorItems } from '../../training/layer-tensors.js';
import { Section } from '../../training/section.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { gradientShare } from './gradient-share.js';

type LayerLook = StepLook['layers'][number];

export const LayerList = memo(function LayerList({ look, stale }: { look: StepLook; stale: boolean }) {
  const chosen = useApp((state) => state.cursor.layer);
  const { layers } = look;
  const [popup, setPopup] = useState<{ readonly items: readonly PopupItem[]; readonly at: PopupAt }>();
  const offer = async (layer: LayerLook, event: MouseEvent<HTMLElement>) => {
    event.preventDefault();
    const at = popupAt(event);
    setPopup({ at, items: await layerTensorItems(layer.layer) });
  };
  return (
    <Section id="layers" title="Layers" note={stale ? `step ${look.at.step}` : `${layers.length}`}>
      <ul
        className="layer-looks"
        data-stale={stale || undefined}
        aria-label="Layers of this step"
        onKeyDown={moveFocus}
      >
        {layers.map((layer) => (
          <li key={layer.layer}>
            <button
              className="layer-look"
              aria-pressed={layer.layer === chosen}
              title={tooltip(layer)}
              onClick={() => choose(layer.layer)}
              onDoubleClick={() => viewOutput(layer)}
              onContextMenu={(event) => void offer(layer, event)}
            >
              <span className="layer-line">
                <span className="layer-name">
                  {layer.layer} <i>{layer.type}</i>
                </span>
                <span className="layer-shape numeric">{shapeText(layer.outputShape)}</span>
              </span>
              <span className="layer-line">
                <span className="layer-facts">
                  {layer.output ? (
                    <>
                      mean {formatValue(layer.output.mean, 3)} · sd {formatValue(layer.output.spread, 3)}
                    </>
                  ) : (
                    'output not kept'
                  )}
                </span>
                <span className="layer-bars">
                  {layer.output && (
                    <Bar
                      kind="zeros"
                      share={layer.output.zeros}
                      text={layer.output.notFinite > 0 ? 'NaN' : `${formatShare(layer.output.zeros)}`}
                      wrong={layer.output.notFinite > 0}
                    />
                  )}
                  {layer.gradNorm !== undefined && (
                    <Bar
                      kind="gradient"
                      share={gradientShare(layer.gradNorm)}
                      text={formatValue(layer.gradNorm, 3)}
                      wrong={!Number.isFinite(layer.gradNorm)}
                    />
                  )}
                </span>
              </span>
            </button>
            {!stale && (
              <button
                className="icon-button layer-view"
                title="View its output, weights or gradients (→)"
                aria-label={`View tensors of ${layer.layer}`}
                aria-haspopup="menu"
                tabIndex={-1}
                onClick={(event) => void offer(layer, event)}
              >
                <Icon name="symbol-array" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {popup && <PopupMenu items={popup.items} at={popup.at} close={() => setPopup(undefined)} />}
    </Section>
  );
});

function Bar({
  kind,
  share,
  text,
  wrong,
}: {
  kind: 'zeros' | 'gradient';
  share: number;
  text: string;
  wrong: boolean;
}) {
  return (
    <span className="layer-bar" data-kind={kind} data-wrong={wrong || undefined}>
      <em>{kind === 'zeros' ? '0s' : '∇'}</em>
      <span className="layer-track">
        <b style={{ width: `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%` }} />
      </span>
      <span className="layer-bar-text">{text}</span>
    </span>
  );
}

function tooltip(layer: LayerLook): string {
  const { output } = layer;
  return [
    `${layer.layer} · ${layer.type} · ${shapeText(layer.outputShape)}`,
    output &&
      `output: mean ${formatValue(output.mean)}, standard deviation ${formatValue(output.spread)}, least ${formatValue(output.min)}, greatest ${formatValue(output.max)}`,
    output && `${formatShare(output.zeros)} zeros, ${formatShare(output.notFinite)} not finite`,
    layer.gradNorm !== undefined && `gradient norm ${formatValue(layer.gradNorm)} (bar: 1e-6 to 1e3, logarithmic)`,
    layer.weightNorm !== undefined && `weight norm ${formatValue(layer.weightNorm)}`,
  ]
    .filter((line) => typeof line === 'string')
    .join('\n');
}

function choose(layer: string): void {
  const info = appStore.getState().session?.start?.layers.find((entry) => entry.layer === layer);
  moveCursor({ layer, ...(info?.file && info.line ? { file: info.file, line: info.line } : {}) });
  if (info?.file && info.line) void openFile(info.file, { line: info.line, focus: false });
}

function viewOutput({ layer, outputShape }: LayerLook): void {
  viewTensor(
    { kind: 'place', place: { kind: 'activation', layer } },
    { view: outputShape.filter((size) => size !== null).length === 3 ? 'featureMaps' : undefined },
  );
}

/** Up and down go from layer to layer, as in every list; right opens what can be viewed of one. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  if (event.key === 'ArrowRight') {
    (document.activeElement?.nextElementSibling as HTMLElement | null)?.click();
    event.preventDefault();
    return;
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.layer-look')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
  event.preventDefault();
}
