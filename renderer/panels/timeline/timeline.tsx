/** Every step of the training on one axis. Dragging, clicking and the arrow keys move the window's cursor in time. */
import { useEffect, useRef, useState } from 'react';
import { curveView } from '../../charts/curve-view.js';
import { readPalette } from '../../charts/palette.js';
import { hasEnded, type SessionState } from '../../../src/shared/session/session-state.js';
import { appStore, moveCursor } from '../../state/app-state.js';
import { placeInEpoch } from '../../state/session-progress.js';
import { pointAtStep, pointedStep } from '../../state/pointed-step.js';
import { sessionUi } from '../../state/session-ui.js';
import { useApp } from '../../use-app.js';
import { drawTimeline, timelineStep, type TimelineScene } from './timeline-drawing.js';
import { moveByKey, timelineEnd } from './timeline-range.js';
import './timeline.css';

/** Live positions move less than a pixel a frame: drawing more often shows nothing more. */
const LIVE_INTERVAL_MS = 60;

export function Timeline() {
  const ready = useApp((state) => state.session?.start !== undefined);
  return (
    <div className="timeline">
      {ready ? (
        <Track />
      ) : (
        <p className="timeline-empty">
          Steps line up here once training runs; drag along them to see any of them again.
        </p>
      )}
    </div>
  );
}

function Track() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  // For assistive technology: the position in words, at reading speed.
  const step = useApp(
    (state) => state.cursor.step ?? (state.session?.status === 'running' ? undefined : state.session?.step),
  );

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const resizing = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      const ratio = window.devicePixelRatio || 1;
      if (width === 0 || height === 0) return;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      setSize({ width, height });
    });
    resizing.observe(element);
    return () => resizing.disconnect();
  }, []);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || size.width === 0) return undefined;
    let frame = 0;
    let drawnAt = 0;
    const draw = (now: number) => {
      frame = 0;
      const { session, cursor } = appStore.getState();
      if (!session) return;
      if (session.status === 'running' && cursor.step === undefined && now - drawnAt < LIVE_INTERVAL_MS) {
        frame = requestAnimationFrame(draw);
        return;
      }
      drawnAt = now;
      const ratio = window.devicePixelRatio || 1;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawTimeline(context, sceneOf(session, size, element));
    };
    const request = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    const silent = appStore.subscribe((state, before) => {
      if (
        state.session !== before.session ||
        state.cursor !== before.cursor ||
        state.breakpoints !== before.breakpoints ||
        state.theme !== before.theme
      ) {
        request();
      }
    });
    const silentUi = sessionUi.subscribe(request);
    const silentPointer = pointedStep.subscribe(request);
    request();
    return () => {
      cancelAnimationFrame(frame);
      silent();
      silentUi();
      silentPointer();
    };
  }, [size]);

  const moveTo = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const { session } = appStore.getState();
    if (!session) return;
    const wanted = timelineStep({ width: size.width, end: endOf(session) }, event.nativeEvent.offsetX);
    const { first, last } = rangeOf(session);
    moveCursor({ step: Math.min(last, Math.max(first, wanted)), runId: undefined });
  };

  return (
    <canvas
      ref={canvas}
      className="timeline-track"
      tabIndex={0}
      role="slider"
      aria-label="Cursor in time"
      aria-valuemin={0}
      aria-valuenow={step ?? 0}
      aria-valuetext={step === undefined ? 'follows training' : wordsOf(step)}
      title="Drag or use the arrow keys to move the cursor; End follows training"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        moveTo(event);
      }}
      onPointerLeave={() => pointAtStep(undefined, 'timeline')}
      onPointerMove={(event) => {
        const { session } = appStore.getState();
        if (session) {
          const wanted = timelineStep({ width: size.width, end: endOf(session) }, event.nativeEvent.offsetX);
          const { first, last } = rangeOf(session);
          pointAtStep(wanted >= first && wanted <= last ? wanted : undefined, 'timeline');
        }
        if (event.currentTarget.hasPointerCapture(event.pointerId)) moveTo(event);
      }}
      onKeyDown={(event) => {
        const { session, cursor } = appStore.getState();
        if (!session || event.ctrlKey || event.metaKey || event.altKey) return;
        const range = rangeOf(session);
        const to = moveByKey(event.key, event.shiftKey, cursor.step ?? session.step, range);
        if (to === undefined) return;
        event.preventDefault();
        const follows = to === 'latest' && !hasEnded(session) && session.status !== 'paused';
        moveCursor({ step: to === 'latest' ? (follows ? undefined : range.last) : to, runId: undefined });
      }}
    />
  );
}

function wordsOf(step: number): string {
  const place = placeInEpoch(step, appStore.getState().session?.start?.stepsPerEpoch);
  return place ? `step ${step}, epoch ${place.epoch}, step ${place.stepInEpoch} in it` : `step ${step}`;
}

function rangeOf(session: SessionState) {
  return {
    first: Math.min(session.step, (session.start?.startStep ?? 0) + 1),
    last: session.step,
    stepsPerEpoch: session.start?.stepsPerEpoch,
  };
}

function endOf(session: SessionState): number {
  const { stepsPerEpoch, epochs } = session.start ?? {};
  return hasEnded(session) ? Math.max(1, session.step) : timelineEnd(session.step, stepsPerEpoch, epochs);
}

function sceneOf(
  session: SessionState,
  size: { readonly width: number; readonly height: number },
  element: Element,
): TimelineScene {
  const { cursor, breakpoints } = appStore.getState();
  const loss = session.scalars['train/loss'];
  const view = loss && curveView(loss);
  view?.update(sessionUi.getState().smoothing);
  const end = endOf(session);
  const { epochs, stepsPerEpoch } = session.start ?? {};
  const more = epochs !== undefined && stepsPerEpoch !== undefined && epochs * stepsPerEpoch > end;
  return {
    ...size,
    palette: readPalette(element),
    end,
    step: session.step,
    running: session.status === 'running',
    stepsPerEpoch,
    startStep: session.start?.startStep ?? 0,
    loss: view,
    validationSteps: session.scalars['validation/loss']?.steps ?? [],
    stops: session.stops ?? [],
    pendingSteps: breakpoints.flatMap(({ enabled, at }) =>
      enabled && at.kind === 'step' && at.step > session.step && at.step <= end ? [at.step] : [],
    ),
    beyond: more && !hasEnded(session) ? `→ ${epochs} epochs` : undefined,
    // In the middle of a step, that one is where time stands.
    cursorStep: cursor.step ?? (session.status === 'paused' && session.stop?.step ? session.stop.step : undefined),
    pointedStep: pointedStep.getState().step,
  };
}
