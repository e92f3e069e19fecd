/** One tensor: what it is, how it is looked at, and what that shows. */
import { useState } from 'react';
import type { TensorView as View } from '../../../src/shared/protocol/tensors.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import { linesOf, type Shape } from '../../state/tensor-index.js';
import type { TensorReading } from '../../state/tensor-reading.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { Bars } from './bars.js';
import { Curve } from './curve.js';
import { ExampleChooser } from './example-chooser.js';
import { NumberTable } from './number-table.js';
import { Pictures } from './pictures.js';
import { TensorHeader } from './tensor-header.js';

const viewNames: Readonly<Record<View, { readonly text: string; readonly icon: string }>> = {
  images: { text: 'Images', icon: 'file-media' },
  featureMaps: { text: 'Feature maps', icon: 'layers' },
  filters: { text: 'Filters', icon: 'extensions' },
  matrix: { text: 'Heat map', icon: 'flame' },
  bars: { text: 'Bars', icon: 'graph' },
  curve: { text: 'Curve', icon: 'graph-line' },
  table: { text: 'Table', icon: 'table' },
};

/** `alone`: nothing else says its name. */
export function TensorView({ tab, alone }: { tab: TensorTab; alone: boolean }) {
  const running = useApp((state) => state.session?.status !== 'paused');
  const { reading, shape, facts, choice } = tab;
  const view = choice.view ?? facts?.views[0];
  return (
    <div className="tensor" data-old={(reading !== undefined && !tab.current) || undefined}>
      <TensorHeader tab={tab} running={running} named={alone} />
      {tab.failure !== undefined && (
        <p className="tensor-failure" role="alert">
          <Icon name="warning" /> {tab.failure}
        </p>
      )}
      {facts && facts.views.length > 1 && (
        <div className="tensor-views" role="group" aria-label="How it is shown">
          {facts.views.map((one) => (
            <button
              key={one}
              aria-pressed={one === view}
              title={viewNames[one].text}
              onClick={() => chooseTensor(tab.id, { view: one, open: undefined })}
            >
              <Icon name={viewNames[one].icon} /> {viewNames[one].text}
            </button>
          ))}
        </div>
      )}
      {reading && shape && view ? (
        <Sheet tab={tab} reading={reading} shape={shape} view={view} />
      ) : (
        tab.failure === undefined && (
          <p className="tensor-waiting">
            {running ? 'Training runs; this is read at the next stop.' : 'Reading the tensor…'}
          </p>
        )
      )}
    </div>
  );
}

interface SheetProps {
  readonly tab: TensorTab;
  readonly reading: TensorReading;
  readonly shape: Shape;
  readonly view: View;
}

function Sheet({ tab, reading, shape, view }: SheetProps) {
  const [note, setNote] = useState<string>();
  const empty = shape.includes(0);
  if (empty) return <p className="tensor-waiting">There are no values in it: its shape is {shape.join('×')}.</p>;
  switch (view) {
    case 'images':
    case 'featureMaps':
    case 'filters':
    case 'matrix':
      return <Pictures key={view} tab={tab} reading={reading} shape={shape} view={view} />;
    case 'table':
      return <NumberTable tab={tab} reading={reading} shape={shape} />;
    case 'bars':
    case 'curve': {
      const { lines } = linesOf(shape);
      const example = Math.min(tab.choice.example, lines - 1);
      const Drawn = view === 'bars' ? Bars : Curve;
      return (
        <>
          <div className="tensor-tools" role="toolbar" aria-label="What is shown">
            {lines > 1 && (
              <ExampleChooser
                count={lines}
                example={example}
                choose={(next) => chooseTensor(tab.id, { example: next })}
              />
            )}
            {note !== undefined && <span className="tensor-note">{note}</span>}
          </div>
          <Drawn tab={tab} reading={reading} shape={shape} row={example} tell={setNote} />
        </>
      );
    }
  }
}
