/**
 * Requests and notifications between the renderer and the server, over one WebSocket. A request is
 * one entry here and one handler in the server; nothing else spells its name. Results and
 * notifications are trusted inside; arguments are validated by the server.
 *
 * Paths are absolute unless said otherwise. A path outside the open workspace is refused with the
 * tag `outside-workspace`, except by the requests that say so.
 */
import { z } from 'zod';
import { analysisRequest, experimentAnalysis } from './analysis.js';
import { debugging } from './debugging.js';
import { openedModel } from '../models/model-format.js';
import { graphRecording, recordingRequest } from './graph.js';
import { engineFlavor, engineStatus } from './engine.js';
import { sessionState } from '../session/session-state.js';
import { logNotifications, logRequests } from './summaries.js';
import { dataInfo, runOptions, trainingBreakpoint } from './training.js';

export const shellKind = z.enum(['electron', 'browser']);

export const sampleInfo = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  /** Facts for a card: "4 layers · 150×150×3 · images". */
  tags: z.array(z.string()),
});
export type SampleInfo = z.infer<typeof sampleInfo>;

export const workspaceInfo = z.object({
  path: z.string(),
  name: z.string(),
  /** Whether code of this folder may run. Asked once a folder; samples opened by the person are trusted. */
  trusted: z.boolean(),
  /** That it may not is what the person has said. */
  isRestricted: z.boolean().optional(),
  /**
   * Files that have a default export made by `defineExperiment`, by their text; after them plain TensorFlow.js
   * scripts that train.
   */
  experiments: z.array(z.string()),
  /** Another Backstep that has this folder open, where there is one. */
  alsoOpenIn: z.string().optional(),
  breakpoints: z.array(trainingBreakpoint),
  /** Breakpoints on lines, exceptions that stop, watches; none where nothing was set. */
  debugging: debugging.optional(),
});
export type WorkspaceInfo = z.infer<typeof workspaceInfo>;

export const fileEntry = z.object({
  /** Relative to the workspace, with `/`. */
  path: z.string(),
  name: z.string(),
  kind: z.enum(['file', 'folder']),
  size: z.number().optional(),
});
export type FileEntry = z.infer<typeof fileEntry>;

export const runSummary = z.object({
  /** The folder's name; unique in the workspace. */
  id: z.string(),
  path: z.string(),
  name: z.string(),
  experiment: z.string().optional(),
  status: z.enum(['running', 'completed', 'stopped', 'failed', 'interrupted']),
  createdAt: z.number(),
  epochs: z.number().optional(),
  epoch: z.number().optional(),
  step: z.number().optional(),
  wallMs: z.number().optional(),
  backend: z.string().optional(),
  params: z.number().optional(),
  seed: z.number().optional(),
  continuedFrom: z.string().optional(),
  /** Last values by series, for example `train/loss`, `validation/accuracy`. */
  last: z.record(z.string(), z.number()),
  /** Whether a saved state is there to continue from. */
  canContinue: z.boolean(),
  /** Of a plain script, whose runs cannot be continued: it makes its state itself. */
  isScript: z.boolean().optional(),
  /** What is wrong with the folder, where something is: damaged records, missing run.json. */
  warning: z.string().optional(),
});
export type RunSummary = z.infer<typeof runSummary>;

/** Something in the trash: where it was, and where it lies now, from the workspace's folder on. */
const trashed = z.object({ from: z.string(), trashed: z.string() });
export type Trashed = z.infer<typeof trashed>;

export const dataSourceStatus = z.object({
  name: z.string(),
  /** What a run would use now. */
  current: dataInfo.optional(),
  /** The folder that the person named for it, where they did. */
  folder: z.string().optional(),
  /** Whether the original can be downloaded, and how far that is. */
  download: z
    .object({
      urls: z.array(z.string()),
      state: z.enum(['absent', 'running', 'paused', 'failed', 'ready']),
      receivedBytes: z.number(),
      totalBytes: z.number().optional(),
      message: z.string().optional(),
    })
    .optional(),
  hasGenerator: z.boolean(),
});
export type DataSourceStatus = z.infer<typeof dataSourceStatus>;

const nothing = z.object({});

export const requests = {
  'app/info': {
    params: nothing,
    result: z.object({
      version: z.string(),
      shell: shellKind,
      platform: z.string(),
      home: z.string(),
      samples: z.array(sampleInfo),
      recentFolders: z.array(z.object({ path: z.string(), name: z.string(), exists: z.boolean() })),
      workspace: workspaceInfo.optional(),
      /** Where samples are copied to when the person names no folder. */
      samplesFolder: z.string(),
    }),
  },
  'app/forgetRecent': { params: z.object({ path: z.string() }), result: nothing },
  /** Names of folders only, for choosing one to open; not bound to the workspace. */
  'folders/list': {
    params: z.object({ path: z.string() }),
    result: z.object({ path: z.string(), parent: z.string().optional(), folders: z.array(z.string()) }),
  },
  'workspace/open': { params: z.object({ path: z.string() }), result: workspaceInfo },
  'workspace/close': { params: nothing, result: nothing },
  'workspace/trust': { params: z.object({ trusted: z.boolean() }), result: workspaceInfo },
  'workspace/setBreakpoints': { params: z.object({ breakpoints: z.array(trainingBreakpoint) }), result: nothing },
  /**
   * Keeps what is set for debugging, and hands it to the training under way; with `quietly` that one is not
   * told: lines only moved with the text, and what trains is the text before.
   */
  'workspace/setDebugging': {
    params: z.object({
      debugging,
      quietly: z.boolean().default(false),
      /** By the breakpoint's id, where the text that trains has its line; `null`: it has no such line. Otherwise as in `debugging`. */
      linesInTraining: z.record(z.string(), z.number().int().positive().nullable()).optional(),
    }),
    result: nothing,
  },
  /** Copies a sample to `<parent>/<id>` (numbered where that exists and differs) and opens it, trusted. */
  'sample/open': { params: z.object({ id: z.string(), parent: z.string().optional() }), result: workspaceInfo },
  'file/list': {
    params: z.object({ path: z.string().describe('relative, "" for the root') }),
    result: z.array(fileEntry),
  },
  'file/read': {
    params: z.object({ path: z.string() }),
    /** `version` names the text on disk; hand it back when writing. */
    result: z.object({ text: z.string(), version: z.string(), readOnly: z.boolean() }),
  },
  /** Written to a temporary file and renamed. A `conflict` leaves the disk as it is. */
  'file/write': {
    params: z.object({ path: z.string(), text: z.string(), baseVersion: z.string().optional() }),
    result: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('written'), version: z.string() }),
      z.object({ kind: z.literal('conflict'), text: z.string(), version: z.string() }),
    ]),
  },
  'file/create': { params: z.object({ path: z.string(), kind: z.enum(['file', 'folder']) }), result: nothing },
  'file/rename': { params: z.object({ path: z.string(), to: z.string() }), result: nothing },
  /** Moved to the workspace's `.backstep/trash`, never erased. */
  'file/delete': { params: z.object({ path: z.string() }), result: nothing },
  'experiment/analyze': { params: analysisRequest, result: experimentAnalysis },
  /** Takes two steps of training in a process of their own; seconds for a large model. */
  'experiment/graph': { params: recordingRequest, result: graphRecording },
  /** The graphs in a file by others: Keras, TensorFlow, TensorFlow.js, TensorFlow Lite, ONNX, event files. Runs none of it. */
  'model/open': { params: z.object({ path: z.string() }), result: openedModel },
  /** Writes an experiment beside a model file that trains the model, and gives its path. Runs nothing. */
  'model/experiment': { params: z.object({ path: z.string() }), result: z.object({ path: z.string() }) },
  'run/start': {
    params: runOptions.partial({ backend: true, settings: true, hashEvery: true, eager: true }).extend({
      breakpoints: z.array(trainingBreakpoint).default([]),
    }),
    result: z.object({ sessionId: z.string() }),
  },
  /** Ends the trainer process at once, for one that no longer answers. */
  'run/kill': { params: nothing, result: nothing },
  'session/current': { params: nothing, result: z.object({ session: sessionState.optional() }) },
  'runs/list': { params: nothing, result: z.array(runSummary) },
  /**
   * The graph of the code that a run was started with: recorded from the copy that it keeps, in trusted folders; of
   * another program's run, what its event files hold of it.
   */
  'runs/graph': { params: z.object({ id: z.string() }), result: graphRecording },
  'runs/rename': { params: z.object({ id: z.string(), name: z.string() }), result: nothing },
  /** Moved to the workspace's `.backstep/trash`. */
  'runs/delete': { params: z.object({ id: z.string() }), result: trashed },
  /** Back to where it was, unless something else is there by now. */
  'runs/takeBack': { params: trashed, result: nothing },
  ...logRequests,
  'data/status': { params: z.object({ name: z.string() }), result: dataSourceStatus },
  /** Names a folder to use for a data set from now on; none: forget it. Not bound to the workspace. */
  'data/setFolder': {
    params: z.object({
      name: z.string(),
      folder: z.string().optional(),
      /** In place of a folder: from now on what Backstep generates, even where the original was downloaded. */
      generated: z.boolean().optional(),
    }),
    result: dataSourceStatus,
  },
  'data/download': { params: z.object({ name: z.string() }), result: dataSourceStatus },
  'data/cancelDownload': { params: z.object({ name: z.string() }), result: dataSourceStatus },
  /** `plan`: also asks the package index what an installation would fetch, which takes seconds and the network. */
  'engine/status': { params: z.object({ plan: z.boolean().default(false) }), result: engineStatus },
  /** Answers at once; how it goes on is told by `engine/changed`. `busy` where one is under way. */
  'engine/install': {
    params: z.object({ version: z.string().optional(), flavor: engineFlavor.optional() }),
    result: engineStatus,
  },
  /** Ends an installation; what was downloaded is kept for the next one. Nothing under way: no effect. */
  'engine/cancel': { params: nothing, result: engineStatus },
  /** Native TensorFlow and all its downloads; ends an installation under way. */
  'engine/remove': { params: nothing, result: engineStatus },
} as const;
export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestParams<N extends RequestName> = z.input<Requests[N]['params']>;
export type RequestResult<N extends RequestName> = z.output<Requests[N]['result']>;

export const notifications = {
  'workspace/changed': z.object({ workspace: workspaceInfo.optional(), message: z.string().optional() }),
  /** Paths relative to the workspace that were changed by anybody, this window included. */
  'files/changed': z.object({ paths: z.array(z.string()) }),
  'runs/changed': nothing,
  ...logNotifications,
  'data/changed': dataSourceStatus,
  'engine/changed': engineStatus,
  /** A session began, ended or was replaced; what happens within one comes as DAP messages. */
  'session/changed': z.object({ session: sessionState.optional() }),
} as const;
export type Notifications = typeof notifications;
export type NotificationName = keyof Notifications;
export type NotificationBody<N extends NotificationName> = z.output<Notifications[N]>;

/** Failures a caller can act on carry a tag; everything else is `internal`. */
export const rpcErrorTag = z.enum([
  'invalid-params',
  'unknown-request',
  'no-workspace',
  'outside-workspace',
  'not-found',
  'exists',
  'not-trusted',
  'not-a-folder',
  'not-text',
  /** A file that cannot be read as what it is meant to be. */
  'damaged',
  'permission',
  'disk-full',
  'busy',
  'time-limit',
  'no-session',
  'internal',
]);
export type RpcErrorTag = z.infer<typeof rpcErrorTag>;

/**
 * The frames on the socket: text, or binary where they hold rows of numbers (`base/binary-message.ts`). `dap` frames
 * carry Debug Adapter Protocol messages verbatim.
 */
export const clientFrame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id: z.number(), name: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('dap'), message: z.looseObject({ seq: z.number(), type: z.literal('request') }) }),
]);

export const serverFrame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), id: z.number(), result: z.unknown() }),
  z.object({
    kind: z.literal('failure'),
    id: z.number(),
    tag: rpcErrorTag,
    message: z.string(),
    hint: z.string().optional(),
  }),
  z.object({ kind: z.literal('notification'), name: z.string(), body: z.unknown() }),
  z.object({ kind: z.literal('dap'), sessionId: z.string(), message: z.looseObject({ type: z.string() }) }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;
