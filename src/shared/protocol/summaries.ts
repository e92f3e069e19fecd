/**
 * What event files of any program say, as windows ask for it: folders of runs, their tags by kind, curves as points or
 * as exact pixel columns, and everything that is larger one item at a time. Rows of numbers travel as typed arrays in
 * binary frames; not-finite numbers are kept. Wall times are milliseconds since 1970.
 *
 * A run is named by its id: the same as in `runs/list` where it lies in the workspace, its absolute folder otherwise.
 * A tag is named as `family/tag`, where the family is the folder within the run (`train`, `validation`), if there is one.
 */
import { z } from 'zod';
import { openedModel } from '../models/model-format.js';
import { summaryKind } from './summary-kind.js';
import { toldTags } from './told-tags.js';

export type { SummaryKind } from './summary-kind.js';

const real = z.custom<number>((value) => typeof value === 'number');
const float64s = z.instanceof(Float64Array);

/** A folder that runs are looked for in: the workspace, and those that the person added. */
export const logFolder = z.object({
  /** Real path. */
  path: z.string(),
  name: z.string(),
  kind: z.enum(['workspace', 'added']),
  runs: z.number(),
  /** How far the first reading is; none once everything that is there was read. */
  reading: z.object({ bytes: z.number(), totalBytes: z.number() }).optional(),
  /** For a person: gone, may not be read, too many folders. What was read before is kept. */
  problem: z.string().optional(),
});
export type LogFolder = z.infer<typeof logFolder>;

/** Something in a file that was left out, or that reading ended at; the rest is shown. */
export const logProblem = z.object({
  /** Relative to the run. */
  file: z.string(),
  /** Where in the file, in bytes. */
  offset: z.number().optional(),
  /** A whole sentence for a person. */
  message: z.string(),
});
export type LogProblem = z.infer<typeof logProblem>;

export const logRun = z.object({
  id: z.string(),
  /** The `path` of its `LogFolder`. */
  source: z.string(),
  /** Absolute. */
  path: z.string(),
  /** The folder's, or the one that the person gave it. */
  name: z.string(),
  /** Number of tags by kind; kinds that it has none of are left out. */
  tags: z.partialRecord(summaryKind, z.number()),
  /** Scalar points of all its series together. */
  points: z.number(),
  /** Its first time, or when its files were written where they say none. */
  beganMs: z.number(),
  firstWallMs: z.number().optional(),
  lastWallMs: z.number().optional(),
  /** The furthest step of its scalars. */
  lastStep: z.number().optional(),
  /** Grows with everything that was read into it; hand it back as `since`. */
  revision: z.number(),
  /** Not all that is there has been read yet. */
  reading: z.boolean(),
  /** The first twenty, and how many there are. */
  problems: z.array(logProblem),
  problemCount: z.number(),
});
export type LogRun = z.infer<typeof logRun>;

/** Names of runs and tags are those of `logs/list` and `logs/tags`. */
const seriesOf = z.object({ run: z.string(), name: z.string() });
const itemsOf = seriesOf.extend({ kind: summaryKind });
/** `item`: the place in the tag's list of items (`logs/items`). */
const itemOf = seriesOf.extend({ item: z.number().int().nonnegative() });

/**
 * A stretch of a series, in the order of the file: points `from` ≤ index < `to`, steps ascending. Where a training was
 * started anew from an earlier step, what it had written from that step on is `superseded`: still there, drawn faintly.
 */
export const seriesStretch = z.object({ from: z.number(), to: z.number(), superseded: z.boolean() });
export type SeriesStretch = z.infer<typeof seriesStretch>;

/** Parallel arrays, in the order of the file. */
export const logPoints = seriesOf.extend({
  /** Index of the first point given here. */
  from: z.number(),
  /** Points there are in all; more than given here where the request's limit cut it off. */
  total: z.number(),
  /** Changes when the series began anew (its file was replaced) or its files' order changed: ask again from 0. */
  generation: z.number(),
  /** In the smaller type where nothing is lost by it. */
  steps: z.union([float64s, z.instanceof(Int32Array)]),
  wallMs: float64s,
  values: z.union([float64s, z.instanceof(Float32Array)]),
  /** Of the whole series. Unordered beyond repair (hundreds of restarts): one stretch with `sorted` true. */
  stretches: z.array(seriesStretch),
  /** The points are not in the file's order but by step, for the file's goes back and forth. */
  sorted: z.boolean(),
});
export type LogPoints = z.infer<typeof logPoints>;

/**
 * One line of a series between two places of the axis, in columns of equal width: exact, of all its points. Only columns
 * that have points are there, in order; their place is `column`. All arrays are parallel.
 */
export const columnLine = z.object({
  superseded: z.boolean(),
  column: z.instanceof(Uint32Array),
  count: z.instanceof(Uint32Array),
  /** Where on the axis the column's first and last points are. */
  firstX: float64s,
  lastX: float64s,
  /** Values of the first and last points: of those that are finite; NaN where none is, as `min` and `max`. */
  first: float64s,
  last: float64s,
  min: float64s,
  max: float64s,
  /** 1: it has a NaN, 2: +Infinity, 4: −Infinity; sums of them. */
  notFinite: z.instanceof(Uint8Array),
  /** The nearest points outside to the left and right, to draw the line up to the edges. */
  before: z.object({ x: z.number(), value: real }).optional(),
  after: z.object({ x: z.number(), value: real }).optional(),
});
export type ColumnLine = z.infer<typeof columnLine>;

export const logColumns = seriesOf.extend({
  generation: z.number(),
  total: z.number(),
  /** The raw values, newest line last. */
  lines: z.array(columnLine),
  /** The same, smoothed as TensorBoard does it; there where smoothing was asked for. Superseded lines are not. */
  smoothed: columnLine.optional(),
  /** Of the whole series, on this axis. None without points. */
  extent: z.object({ from: z.number(), to: z.number() }).optional(),
});
export type LogColumns = z.infer<typeof logColumns>;

/** One step's histogram: `limits` has one entry more than `counts`, ascending. All bins of the file. */
export const logHistogram = z.object({ step: z.number(), wallMs: z.number(), limits: float64s, counts: float64s });
export type LogHistogram = z.infer<typeof logHistogram>;

/** What there is of a tag, without the contents. */
export const logItems = seriesOf.extend({
  generation: z.number(),
  steps: float64s,
  wallMs: float64s,
  /** Pictures, sounds or texts at that step; 1 for other kinds. */
  counts: z.instanceof(Uint32Array),
});

export const logMedia = z.object({
  /** Found by looking at the bytes, never taken from the file: a Blob of this type runs nothing. */
  contentType: z.enum([
    'image/png',
    'image/jpeg',
    'image/gif',
    'image/webp',
    'image/bmp',
    'audio/wav',
    'audio/mpeg',
    'audio/flac',
    'audio/ogg',
    'application/octet-stream',
  ]),
  bytes: z.instanceof(Uint8Array),
  step: z.number(),
  wallMs: z.number(),
  /** Of pictures, as the file states them. */
  width: z.number().optional(),
  height: z.number().optional(),
  sampleRate: z.number().optional(),
  /** What the file says about a sound: Markdown by others. */
  label: z.string().optional(),
});
export type LogMedia = z.infer<typeof logMedia>;

export const logTensor = z.object({
  step: z.number(),
  wallMs: z.number(),
  dtype: z.string(),
  shape: z.array(z.number()),
  /** Row by row; of a large tensor the first million. Empty for text. */
  values: float64s,
  /** Of text; of many the first thousand, each up to a million characters. */
  texts: z.array(z.string()).optional(),
  cut: z.boolean(),
  /** Of a confusion matrix by Backstep: what its rows (true) and columns (predicted) stand for. */
  classNames: z.array(z.string()).optional(),
});
export type LogTensor = z.infer<typeof logTensor>;

/** Parallel arrays over the thresholds, as the file has them: ascending. */
export const logPrCurve = z.object({
  step: z.number(),
  wallMs: z.number(),
  thresholds: float64s,
  truePositives: float64s,
  falsePositives: float64s,
  trueNegatives: float64s,
  falseNegatives: float64s,
  precision: float64s,
  recall: float64s,
});
export type LogPrCurve = z.infer<typeof logPrCurve>;

const hparamValue = z.union([z.string(), real, z.boolean()]);

/** One training with its settings, as TensorBoard's hparams plug-in keeps it. */
export const hparamSession = z.object({
  run: z.string(),
  /** The folder within the run that states it; empty where it is the run's own. */
  family: z.string(),
  values: z.array(z.object({ name: z.string(), value: hparamValue })),
  status: z.enum(['unknown', 'running', 'success', 'failure']),
  startedAtMs: z.number().optional(),
  endedAtMs: z.number().optional(),
  group: z.string().optional(),
});
export type HparamSession = z.infer<typeof hparamSession>;

/** What an experiment says about its settings: names to show, what they may be, which series are its metrics. */
export const hparamExperiment = z.object({
  run: z.string(),
  description: z.string().optional(),
  hparams: z.array(
    z.object({
      name: z.string(),
      displayName: z.string().optional(),
      description: z.string().optional(),
      options: z.array(hparamValue).optional(),
      range: z.object({ min: real, max: real }).optional(),
    }),
  ),
  metrics: z.array(
    z.object({
      /** As TensorBoard: the run's sub-folder, and the tag. */
      group: z.string(),
      tag: z.string(),
      displayName: z.string().optional(),
      description: z.string().optional(),
    }),
  ),
});
export type HparamExperiment = z.infer<typeof hparamExperiment>;

/** Requests about logs; part of `requests` in rpc.ts. Runs and tags that are not there (any more): `not-found`. */
export const logRequests = {
  /** Adds a folder; kept with the workspace. Not bound to it: the person names it. Answers before it is read. */
  'logs/open': { params: z.object({ path: z.string() }), result: logFolder },
  /** Takes an added folder from the list; touches nothing in it. */
  'logs/close': { params: z.object({ path: z.string() }), result: z.object({}) },
  'logs/list': {
    params: z.object({}),
    result: z.object({ folders: z.array(logFolder), runs: z.array(logRun) }),
  },
  'logs/tags': {
    params: z.object({
      /** None: all. */
      runs: z.array(z.string()).optional(),
      /** What was told at it is known: `revision` of the last answer. */
      since: z.number().default(0),
    }),
    result: z.object({
      revision: z.number(),
      runs: z.array(toldTags.extend({ run: z.string() })),
      /** Runs that went after `since`. */
      gone: z.array(z.string()).optional(),
    }),
  },
  /** Whole curves, or what they grew by since. Series that are not there are left out. */
  'logs/points': {
    params: z.object({
      series: z.array(seriesOf.extend({ from: z.number().int().nonnegative().default(0) })).max(10_000),
      /** Most points a series; an answer holds four million in all. The rest can be asked for by `from`. */
      most: z.number().int().min(1).max(20_000_000).default(1_000_000),
    }),
    result: z.array(logPoints),
  },
  /**
   * Curves as they are to be drawn: exact at every zoom, whatever their length, and quick enough for each frame of a
   * zoom. Series that are not there are left out.
   */
  'logs/columns': {
    params: z.object({
      series: z.array(seriesOf).max(10_000),
      axis: z.enum(['step', 'wall']).default('step'),
      /** `from` ≤ x < `to`; steps, or milliseconds. None: all of each series. */
      from: z.number().optional(),
      to: z.number().optional(),
      columns: z.number().int().min(1).max(20_000),
      /** TensorBoard's weight, 0 (none) to 1. */
      smoothing: z.number().min(0).max(0.9999).default(0),
    }),
    result: z.array(logColumns),
  },
  /** Steps of anything that is not a scalar. */
  'logs/items': { params: itemsOf, result: logItems },
  'logs/histograms': {
    params: seriesOf.extend({
      /** Items, as in `logs/items`; spread evenly where there are more than `most`, first and last among them. */
      from: z.number().int().nonnegative().default(0),
      to: z.number().int().positive().optional(),
      most: z.number().int().min(1).max(5000).default(200),
    }),
    result: z.object({ total: z.number(), histograms: z.array(logHistogram.extend({ item: z.number() })) }),
  },
  /** One picture or one sound. */
  'logs/media': {
    params: itemOf.extend({ kind: z.enum(['image', 'audio']), index: z.number().int().nonnegative().default(0) }),
    result: logMedia,
  },
  /** Texts and tensors. */
  'logs/tensor': { params: itemOf.extend({ kind: z.enum(['text', 'tensor']) }), result: logTensor },
  'logs/prCurve': { params: itemOf, result: logPrCurve },
  /** Settings and metrics of TensorBoard's hparams plug-in, also those that Backstep writes. */
  'logs/hparams': {
    params: z.object({ runs: z.array(z.string()).optional() }),
    result: z.object({ sessions: z.array(hparamSession), experiments: z.array(hparamExperiment) }),
  },
  /** The graphs that a run wrote, as `model/open` gives them for a file. */
  'logs/graph': { params: z.object({ run: z.string() }), result: openedModel },
} as const;

/** Within a quarter of a second of data being there; part of `notifications` in rpc.ts. */
export const logNotifications = {
  'logs/changed': z.object({
    /** Runs that have more (or other) data than before. */
    runs: z.array(z.string()),
    /** Folders, runs or files came or went, or were read for the first time: ask for `logs/list` again. */
    list: z.boolean(),
  }),
} as const;
