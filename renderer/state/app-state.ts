/**
 * Everything the window knows, in one store; pure state and the functions that change it. No React
 * here, no DOM: what is on screen follows from this.
 */
import { createStore } from 'zustand/vanilla';
import type { ExperimentAnalysis } from '../../src/shared/protocol/analysis.js';
import { noDebugging, type Debugging } from '../../src/shared/protocol/debugging.js';
import type { EngineStatus } from '../../src/shared/protocol/engine.js';
import type { RequestResult, RunSummary, WorkspaceInfo } from '../../src/shared/protocol/rpc.js';
import type { SessionState } from '../../src/shared/session/session-state.js';
import type { Finding } from '../../src/shared/protocol/diagnosis.js';
import type { Problem, StepLook, StopPoint, TrainingBreakpoint } from '../../src/shared/protocol/training.js';
import type { ConnectionStatus } from './connection.js';

/** The one selection of the window: where × when. Every panel shows it, every panel may move it. */
export interface Cursor {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly layer?: string;
  readonly runId?: string;
  readonly step?: number;
}

/** A file open in the editor. `text` is what is on screen; it differs from the disk while `dirty`. */
export interface OpenFile {
  readonly path: string;
  readonly text: string;
  readonly dirty: boolean;
  readonly readOnly: boolean;
  /** Names the text on disk that `text` began from. */
  readonly version: string;
  /** That text, where it is known: typing back to it is as good as saving. */
  readonly savedText?: string;
  /** The disk's text, where somebody else changed it while this is dirty. */
  readonly conflict?: { readonly text: string; readonly version: string };
  /** Gone from the disk; saving writes it anew. */
  readonly missing?: boolean;
}

/** Something to tell the person that needs no answer, or offers one. */
export interface Notice {
  readonly id: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly detail?: string;
  readonly actions?: readonly { readonly label: string; run(): void }[];
  /** The folder that was open when it was said; it goes with that folder. */
  readonly folder?: string;
}

/** What is wrong at a stop. */
export interface StopExplanation {
  readonly stop: StopPoint;
  readonly findings: readonly Finding[];
  /** Of the stops before it in the same run, by their keys: those are no news. */
  readonly earlier: ReadonlySet<string>;
}

export interface AppState {
  readonly connection: ConnectionStatus;
  readonly info?: RequestResult<'app/info'>;
  readonly workspace?: WorkspaceInfo;
  readonly openFiles: readonly OpenFile[];
  /** The file of the editor's active pane. */
  readonly activeFile?: string;
  /** The file of its other pane; none where the editor is not split. */
  readonly otherFile?: string;
  /** Counts from the left. */
  readonly activePane: 0 | 1;
  /** The experiment that Run trains: the active file where it is one, else the workspace's first. */
  readonly experiment?: string;
  /** By the experiment's path. */
  readonly analyses: Readonly<Record<string, ExperimentAnalysis>>;
  /** The last analysis of each experiment that had shapes: what is shown while a newer one fails. */
  readonly shapes: Readonly<Record<string, ExperimentAnalysis>>;
  /** The text of each open file that `analyses` speaks of, by experiment and file: lines are those of that text. */
  readonly analyzedTexts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly analyzing: boolean;
  /** Found by the editor's own checker, by file. */
  readonly editorProblems: Readonly<Record<string, readonly Problem[]>>;
  /** Native TensorFlow on the server's machine; none before the server has said. */
  readonly engine?: EngineStatus;
  readonly session?: SessionState;
  readonly look?: StepLook;
  /** What is wrong at the stop that it was asked at; of the stop before until there is a newer one. */
  readonly explanation?: StopExplanation;
  readonly breakpoints: readonly TrainingBreakpoint[];
  /** Breakpoints on lines, exceptions that stop, watches. */
  readonly debugging: Debugging;
  /** Why a breakpoint cannot work, by its id. */
  readonly breakpointMessages: Readonly<Record<string, string>>;
  /** Of the folder, and of the folders of logs that were added to it. */
  readonly runs: readonly RunSummary[];
  /** Runs whose curves are drawn, by id. */
  readonly selectedRuns: readonly string[];
  readonly cursor: Cursor;
  readonly notices: readonly Notice[];
  readonly theme: 'dark' | 'light';
}

export const appStore = createStore<AppState>(() => ({
  connection: 'connecting',
  openFiles: [],
  activePane: 0,
  analyses: {},
  shapes: {},
  analyzedTexts: {},
  analyzing: false,
  editorProblems: {},
  breakpoints: [],
  debugging: noDebugging,
  breakpointMessages: {},
  runs: [],
  selectedRuns: [],
  cursor: {},
  notices: [],
  theme: 'dark',
}));

export function moveCursor(to: Cursor): void {
  appStore.setState((state) => ({ cursor: { ...state.cursor, ...to } }));
}

let nextNotice = 1;

export function notify(notice: Omit<Notice, 'id' | 'folder'>): void {
  appStore.setState((state) => ({
    notices: [...state.notices, { ...notice, id: nextNotice++, folder: state.workspace?.path }],
  }));
}

export function dismissNotice(id: number): void {
  appStore.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
}
