/** Names of files and folders that more than one process knows. Joining them to real paths is the processes' own business. */

/** In the person's Backstep folder: `$BACKSTEP_HOME`, else `~/.backstep`. */
export const homePlaces = {
  /** JSON: `{ [data set name]: folder }`, as chosen in the window; the command line honours it too. */
  dataFolders: 'data-folders.json',
  /** One folder a downloaded data set: `data/rps/{train,test}/<class>/…`. */
  dataCache: 'data',
  /** Recent folders, trusted folders, breakpoints by folder. */
  settings: 'settings.json',
  /** One JSON file a running server: which folder it has open. */
  openFolders: 'open-folders',
  /** Native TensorFlow: a folder each, which one is in use, and what is being downloaded. */
  engines: 'engines',
} as const;

/** In `engines`, and in an engine's own folder. */
export const enginePlaces = {
  /** JSON: `{ "engine": "<folder's name>" }`, replaced by one rename when an engine is finished and proven. */
  current: 'current.json',
  /** In an engine's folder: an `EngineManifest`. A folder without one is not finished. */
  manifest: 'engine.json',
  /** Wheels and the parts of them received so far. */
  downloads: 'downloads',
  /** JSON: which process is installing or removing. */
  lock: 'lock.json',
} as const;

/** In a workspace. */
export const workspacePlaces = {
  runs: 'runs',
  trash: '.backstep/trash',
} as const;

/** In a run's folder. */
export const runPlaces = {
  summary: 'run.json',
  /** Event files of TensorBoard, one sub-folder a curve family. */
  train: 'train',
  validation: 'validation',
  /** The experiment's files as they were at the start. */
  experiment: 'experiment',
  /** Weights as they are at the end (or where the run was stopped), by layer and weight name. */
  weights: 'weights.safetensors',
  /** Everything that training continues from: weights, optimizer slots; counters in the header's metadata. */
  state: 'state.safetensors',
} as const;

/** Where the window is served while nothing else listens there: what a browser keeps, it keeps by address. */
export const usualPort = 8461;
