/** What can be viewed of a layer at this stop, as a menu: its output, its weights, their gradients. */
import { useState } from 'react';
import { tensorsOfLayer } from '../state/layer-tensors.js';
import { viewTensor } from '../state/tensor-tabs.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../ui/popup-menu.js';
import { useApp } from '../use-app.js';

export async function layerTensorItems(layer: string): Promise<readonly PopupItem[]> {
  const tensors = await tensorsOfLayer(layer);
  if (tensors.length === 0)
    return [{ kind: 'item', label: 'Nothing was kept of this layer', disabled: true, run() {} }];
  return tensors.map(({ label, place }) => ({
    kind: 'item',
    label,
    run: () => viewTensor({ kind: 'place', place }),
  }));
}

/** Not there while training runs. */
export function ViewLayerTensors({ layer }: { layer: string }) {
  const paused = useApp((state) => state.session?.status === 'paused');
  const [popup, setPopup] = useState<{ readonly items: readonly PopupItem[]; readonly at: PopupAt }>();
  if (!paused) return null;
  return (
    <>
      <button
        className="link-button"
        aria-haspopup="menu"
        onClick={(event) => {
          const at = popupAt(event);
          void layerTensorItems(layer).then((items) => setPopup({ items, at }));
        }}
      >
        View tensors of {layer}…
      </button>
      {popup && <PopupMenu items={popup.items} at={popup.at} close={() => setPopup(undefined)} />}
    </>
  );
}
