/** The tensor viewer: the tensors that are open as tabs, one of them in sight. */
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { activateTensor, closeTensor, restoreTensors, tensorTabs, type TensorTab } from '../../state/tensor-tabs.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { TensorView } from './tensor-view.js';
import { focusWatch } from './use-focus.js';
import './tensor.css';

export function Tensors() {
  const { tabs, active } = useStore(tensorTabs);
  useEffect(restoreTensors, []);
  const tab = tabs.find((one) => one.id === active);
  if (!tab) return <NoTensor />;
  return (
    <div className="tensors" {...focusWatch}>
      {tabs.length > 1 && <Tabs tabs={tabs} active={tab.id} />}
      <div
        className="tensor-sheet"
        role="tabpanel"
        aria-label={tab.title}
        id="tensor-sheet"
        tabIndex={-1}
        data-autofocus={isDrawn(tab) ? undefined : true}
      >
        <TensorView key={tab.id} tab={tab} alone={tabs.length === 1} />
      </div>
    </div>
  );
}

/** Until then the sheet holds the focus for what is going to be drawn on it. */
function isDrawn({ reading, shape, facts, choice }: TensorTab): boolean {
  return reading !== undefined && shape !== undefined && (choice.view ?? facts?.views[0]) !== undefined;
}

function NoTensor() {
  const paused = useApp((state) => state.session?.status === 'paused');
  return (
    <EmptyState icon="symbol-array">
      {paused
        ? 'Open a tensor: double-click it in Variables, or choose a layer’s output, weights or gradients under Layers.'
        : 'Pause training, then open a tensor from Variables, Layers or the graph.'}
    </EmptyState>
  );
}

/** Scrolls the strip alone: nothing else in the window may move. */
function bringIntoSight(tab: HTMLElement | null): void {
  const strip = tab?.parentElement;
  if (!tab || !strip) return;
  const from = tab.offsetLeft - strip.offsetLeft;
  if (from < strip.scrollLeft) strip.scrollLeft = from;
  else if (from + tab.offsetWidth > strip.scrollLeft + strip.clientWidth)
    strip.scrollLeft = from + tab.offsetWidth - strip.clientWidth;
}

function Tabs({ tabs, active }: { tabs: readonly TensorTab[]; active: string }) {
  const strip = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === active);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to !== undefined) {
      const next = tabs[Math.min(Math.max(to, 0), tabs.length - 1)];
      if (next) activateTensor(next.id);
    } else if (event.key === 'Delete') closeTensor(active);
    else return;
    event.preventDefault();
    requestAnimationFrame(() => strip.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <div className="tensor-tabs" role="tablist" aria-label="Open tensors" ref={strip} onKeyDown={press}>
      {tabs.map((tab) => (
        <div
          key={tab.id}
          className="tensor-tab"
          role="tab"
          tabIndex={tab.id === active ? 0 : -1}
          aria-selected={tab.id === active}
          aria-controls="tensor-sheet"
          title={tab.title}
          ref={tab.id === active ? bringIntoSight : undefined}
          onClick={() => activateTensor(tab.id)}
          onAuxClick={(event) => event.button === 1 && closeTensor(tab.id)}
        >
          <span>{tab.title}</span>
          <button
            className="icon-button"
            title="Close (Delete)"
            aria-label={`Close ${tab.title}`}
            tabIndex={-1}
            onClick={(event) => {
              event.stopPropagation();
              closeTensor(tab.id);
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
