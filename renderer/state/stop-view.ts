/**
 * What can be seen where training stands: the call stack, the selected frame, its variables, and the
 * watches on it. Read anew at every stop; stays, marked as old, while training goes on. No React here.
 */
import { libraryPath } from '../../src/shared/base/library-path.js';
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import type { StopPoint } from '../../src/shared/protocol/training.js';
import { appStore, notify } from './app-state.js';
import { setWatches } from './debugging.js';
import { canRun, runCommand } from './commands.js';
import { openFile } from './file-actions.js';
import { openLibrary } from './library-files.js';
import { relativePath } from './paths.js';
import { server } from './server.js';
import { toEditor } from './training-texts.js';
import { ValueTree, type TensorHints, type TreeValue } from './value-tree.js';

const THREAD = { threadId: 1 };
/** Scopes that are shown open when they are met for the first time. */
const OPEN_AT_FIRST = /^(?:Local|Block|Catch|Op$|Layer$)/;
const met = new Set<string>();

export interface Frame {
  readonly id: number;
  readonly name: string;
  /** The person's, or a library's source that can be opened. */
  readonly file?: string;
  /** Asks the trainer for that source. */
  readonly reference?: number;
  /** Of what it is where it is not the person's: "TensorFlow.js". */
  readonly origin?: string;
  readonly line: number;
  readonly column: number;
  /** The library's, which folds away. */
  readonly folded: boolean;
  /** Says where in the training this is. */
  readonly isTraining: boolean;
}

/** What a step into can lead to. */
export interface StepTarget {
  readonly id: number;
  readonly label: string;
}

export interface StopView {
  readonly stop?: StopPoint;
  readonly frames: readonly Frame[];
  readonly selected?: number;
  /** Of the selected frame; the first is where a step into goes by itself. */
  readonly targets: readonly StepTarget[];
  /** Training has gone on, or is at another stop that is being read. */
  readonly old: boolean;
  readonly failure?: string;
}

export const stopView = createStore<StopView>(() => ({ frames: [], targets: [], old: true }));
export const variables = new ValueTree(readInside);
export const watched = new ValueTree(readInside);

interface DapVariable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  readonly variablesReference: number;
  readonly evaluateName?: string;
  readonly presentationHint?: { readonly attributes?: readonly string[] };
  readonly backstep?: BackstepHints;
}

/** What the trainer says of a value beside the protocol. */
type BackstepHints = { readonly tensor?: boolean } & TensorHints;

/** Called once, by the training side's start. */
export function startStopView(): void {
  appStore.subscribe((state, before) => {
    const stop = state.session?.stop;
    if (state.session?.sessionId !== before.session?.sessionId || !state.session || hasEnded(state.session)) {
      if (stopView.getState().frames.length > 0 || !stopView.getState().old) clear();
    }
    if (stop !== before.session?.stop) {
      if (stop) void readStop(stop);
      else stopView.setState({ old: true });
    }
    if (state.debugging.watches !== before.debugging.watches) void readWatches();
  });
}

function clear(): void {
  stopView.setState({ stop: undefined, frames: [], selected: undefined, targets: [], old: true, failure: undefined });
  variables.clear();
  void readWatches();
}

async function readStop(stop: StopPoint): Promise<void> {
  stopView.setState({ stop, old: true });
  showGraphOnce(stop);
  try {
    const body = (await server().dap('stackTrace', THREAD)) as { readonly stackFrames: readonly DapFrame[] };
    if (!standsAt(stop)) return;
    const frames = body.stackFrames.map(frameOf);
    const first =
      (stop.stands === 'line' ? frames.find((frame) => frame.file !== undefined && !frame.isTraining) : undefined) ??
      frames.find((frame) => frame.isTraining) ??
      frames[0];
    stopView.setState({ frames, selected: first?.id, old: false, failure: undefined });
    const lit = litFrame(stopView.getState());
    if (lit) revealFrame(lit, false);
    await readFrame(stop);
  } catch (error) {
    if (standsAt(stop)) stopView.setState({ frames: [], failure: messageOf(error) });
  }
}

/** The call stack is told anew: what is folded in it has changed. */
export async function readStackAgain(): Promise<void> {
  const { stop, old } = stopView.getState();
  if (stop && !old) await readStop(stop);
}

/** Brings the line where training stands to the front, where it stands on one. */
export function revealStop(): void {
  const view = stopView.getState();
  const lit = view.old ? undefined : litFrame(view);
  if (lit) revealFrame(lit, false);
}

/** The session whose first stop at a layer or an op has brought the graph to the front. */
let graphShownFor: string | undefined;

/** Once a training: then a person who looks at something else is left with it. */
function showGraphOnce({ stands }: StopPoint): void {
  const sessionId = appStore.getState().session?.sessionId;
  if ((stands !== 'layer' && stands !== 'op') || graphShownFor === sessionId) return;
  graphShownFor = sessionId;
  if (canRun('view.show.graph')) void runCommand('view.show.graph', { focus: false, besides: 'debug' });
}

/**
 * The frame whose line is lit. Of the place in the training that is the line of the layer that it is in;
 * an op of no layer was called by the person's code, if by anything that has lines. Between two steps none is.
 */
export function litFrame({ stop, frames, selected }: StopView): Frame | undefined {
  const frame = frames.find((entry) => entry.id === selected);
  if (!stop?.stands || !frame) return undefined;
  if (!frame.isTraining || isInLayer(stop)) return frame.file === undefined ? undefined : frame;
  return frames.find((entry) => entry.file !== undefined && entry.reference === undefined && !entry.isTraining);
}

/** Before a layer, or before an op of one: epoch, step, phase, layer, op. */
function isInLayer({ stands, path, place }: StopPoint): boolean {
  return stands === 'layer' || (stands === 'op' && (place ? place.layer !== undefined : (path?.length ?? 0) >= 5));
}

/** Line, variables and watches become those of this frame. */
export async function selectFrame(id: number, focus = false): Promise<void> {
  const { stop, frames, old } = stopView.getState();
  const frame = frames.find((entry) => entry.id === id);
  if (!frame) return;
  stopView.setState({ selected: id });
  const lit = litFrame(stopView.getState());
  if (lit) revealFrame(lit, focus);
  if (stop && !old) await readFrame(stop);
}

/** The frame that evaluations are made on; none where training runs. */
export function evaluationFrame(): number | undefined {
  const { selected, old } = stopView.getState();
  return old ? undefined : selected;
}

/** After something was changed by hand. */
export async function readAgain(): Promise<void> {
  const { stop, old } = stopView.getState();
  if (stop && !old) await readFrame(stop);
}

/** @throws RequestError that says why it cannot be this */
export async function changeValue(reference: number, name: string, value: string): Promise<void> {
  await server().dap('setVariable', { variablesReference: reference, name, value });
  await readAgain();
}

export function addWatch(expression: string): Promise<void> {
  const { watches } = appStore.getState().debugging;
  const trimmed = expression.trim();
  return trimmed === '' || watches.includes(trimmed) ? Promise.resolve() : setWatches([...watches, trimmed]);
}

/** As a tree value, for results in the console. @throws RequestError */
export async function evaluateHere(expression: string, context: 'repl' | 'watch' | 'hover'): Promise<TreeValue> {
  const body = (await server().dap('evaluate', { expression, frameId: evaluationFrame(), context })) as {
    readonly result?: string;
    readonly type?: string;
    readonly variablesReference?: number;
    readonly backstep?: BackstepHints;
  };
  const value = body.result ?? '';
  return {
    name: expression,
    value,
    type: body.type,
    reference: body.variablesReference ?? 0,
    evaluateName: expression,
    ...tensorHints(value, body.backstep),
  };
}

/** What is inside of a value of this stop. @throws RequestError */
export async function readInside(reference: number): Promise<readonly TreeValue[]> {
  const body = (await server().dap('variables', { variablesReference: reference })) as {
    readonly variables: readonly DapVariable[];
  };
  return body.variables.map(({ name, value, type, variablesReference, evaluateName, presentationHint, backstep }) => ({
    name,
    value,
    type,
    reference: variablesReference,
    evaluateName,
    ...(presentationHint?.attributes?.includes('readOnly') ? {} : { changeIn: reference }),
    ...tensorHints(value, backstep),
  }));
}

function tensorHints(value: string, hints: BackstepHints | undefined): Pick<TreeValue, 'tensor'> {
  const isTensor = hints?.tensor ?? /^Tensor (?!.*\(disposed\)$)/s.test(value);
  return isTensor ? { tensor: { views: hints?.views, spark: hints?.spark } } : {};
}

async function readFrame(stop: StopPoint): Promise<void> {
  const { selected } = stopView.getState();
  if (selected === undefined) return;
  const body = (await server().dap('scopes', { frameId: selected })) as {
    readonly scopes: readonly { readonly name: string; readonly variablesReference: number }[];
  };
  if (!standsAt(stop) || stopView.getState().selected !== selected) return;
  const roots = body.scopes.map(({ name, variablesReference }): TreeValue => ({
    name,
    value: '',
    reference: variablesReference,
    heading: true,
  }));
  const opened = roots.map((root) => root.name).filter((name) => OPEN_AT_FIRST.test(name) && !met.has(name));
  for (const name of opened) met.add(name);
  await Promise.all([variables.setRoots(roots, { opened }), readWatches(), readTargets(stop, selected)]);
}

async function readTargets(stop: StopPoint, frameId: number): Promise<void> {
  let targets: readonly StepTarget[] = [];
  try {
    ({ targets } = (await server().dap('stepInTargets', { frameId })) as { readonly targets: readonly StepTarget[] });
  } catch (error) {
    // The button then says what it does without saying where it leads.
    console.debug('nothing is known of what a step into leads to', error);
  }
  if (standsAt(stop) && stopView.getState().selected === frameId) stopView.setState({ targets });
}

let watchRound = 0;

async function readWatches(): Promise<void> {
  const round = ++watchRound;
  const { watches } = appStore.getState().debugging;
  const results: TreeValue[] = [];
  for (const name of watches) {
    results.push(await readWatch(name));
    if (round !== watchRound) return;
  }
  await watched.setRoots(results);
}

async function readWatch(name: string): Promise<TreeValue> {
  const nothing: TreeValue = { name, value: '', reference: 0, evaluateName: name };
  if (evaluationFrame() === undefined) return { ...nothing, value: 'read at the next stop', failed: true };
  try {
    return { ...(await evaluateHere(name, 'watch')), name };
  } catch (error) {
    return { ...nothing, value: messageOf(error), failed: true };
  }
}

function revealFrame({ file, reference, line, column }: Frame, focus: boolean): void {
  const { workspace } = appStore.getState();
  if (file === undefined || !workspace) return;
  const failed = (error: unknown) => {
    notify({ severity: 'warning', message: `${file} could not be shown: ${messageOf(error)}` });
  };
  if (reference !== undefined) openLibrary({ path: file, reference }, { line, column, focus }).catch(failed);
  // A file outside of the folder is not the editor's to open.
  else if (relativePath(workspace.path, file) !== undefined) openFile(file, { line, column, focus }).catch(failed);
}

interface DapFrame {
  readonly id: number;
  readonly name: string;
  readonly source?: {
    readonly name?: string;
    readonly path?: string;
    readonly origin?: string;
    readonly sourceReference?: number;
  };
  readonly line: number;
  readonly column: number;
  readonly presentationHint?: string;
}

const TRAINING_FRAME = 1;

function frameOf({ id, name, source, line, column, presentationHint }: DapFrame): Frame {
  const { path, sourceReference = 0 } = source ?? {};
  const isLibrary = sourceReference > 0 && source?.name !== undefined;
  return {
    id,
    name,
    line: path === undefined ? line : toEditor(path, line),
    column,
    file: isLibrary ? libraryPath(source.name) : path,
    ...(isLibrary ? { reference: sourceReference } : {}),
    origin: path === undefined || isLibrary ? (source?.origin ?? source?.name) : undefined,
    folded: presentationHint === 'subtle',
    isTraining: id === TRAINING_FRAME,
  };
}

function standsAt(stop: StopPoint): boolean {
  return appStore.getState().session?.stop === stop;
}
