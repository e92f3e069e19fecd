/**
 * Which native TensorFlow a trainer is to use, and the environment that its process must start with.
 * Pure: how files are read and paths are joined is handed in, for server, command line and trainer alike.
 */
import { z } from 'zod';
import { enginePlaces, homePlaces } from '../base/places.js';
import { engineManifest, type EngineManifest } from '../protocol/engine.js';

/** What this needs of the system. */
export interface EngineSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Backstep folder. */
  readonly home: string;
  join(...parts: string[]): string;
  /** Undefined where there is no such file, or it cannot be read. */
  readText(file: string): string | undefined;
}

export type FoundEngine =
  | { readonly kind: 'engine'; readonly folder: string; readonly manifest: EngineManifest }
  | { readonly kind: 'none' }
  /** One is named and cannot be used; `reason` completes "native TensorFlow is not in use: …". */
  | { readonly kind: 'damaged'; readonly folder?: string; readonly reason: string };

/** `{ "engine": "<folder's name>" }` of `engines/current.json`. */
export const currentEngine = z.object({ engine: z.string().regex(/^[\w.+-]+$/) });

/** `BACKSTEP_ENGINE` names an engine's folder, or is `none`; else the Backstep folder says which is in use. */
export function findEngine(search: EngineSearch): FoundEngine {
  const named = search.environment['BACKSTEP_ENGINE'];
  if (named === 'none') return { kind: 'none' };
  if (named) return readEngine(search, named);
  const engines = search.join(search.home, homePlaces.engines);
  const text = search.readText(search.join(engines, enginePlaces.current));
  if (text === undefined) return { kind: 'none' };
  const current = currentEngine.safeParse(parsed(text));
  if (!current.success) return { kind: 'damaged', reason: `${enginePlaces.current} in ${engines} is damaged` };
  return readEngine(search, search.join(engines, current.data.engine));
}

function readEngine(search: EngineSearch, folder: string): FoundEngine {
  const text = search.readText(search.join(folder, enginePlaces.manifest));
  if (text === undefined)
    return { kind: 'damaged', folder, reason: `there is no ${enginePlaces.manifest} in ${folder}` };
  const manifest = engineManifest.safeParse(parsed(text));
  if (!manifest.success) {
    return {
      kind: 'damaged',
      folder,
      reason: `${enginePlaces.manifest} in ${folder} is damaged, or of another version of Backstep`,
    };
  }
  return { kind: 'engine', folder, manifest: manifest.data };
}

/** Lists of folders: what the engine needs goes first, what is there stays. */
const folderLists = new Set(['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH']);

/**
 * What to add to the environment of a process that is to load the engine. A variable that the person
 * has set stays theirs, but for lists of folders, in which the engine's come first.
 * @param platform Node's `process.platform`
 */
export function engineEnvironment(
  engine: { readonly folder: string; readonly manifest: EngineManifest },
  environment: Readonly<Record<string, string | undefined>>,
  platform: string,
): Record<string, string> {
  const windows = platform === 'win32';
  const wanted: Record<string, string> = { ...engine.manifest.environment };
  if (windows && wanted['PATH'] === undefined && engine.manifest.libraries.length > 0) {
    // Windows has no run paths: an addon's libraries are looked for along PATH.
    wanted['PATH'] = engine.manifest.libraries.map((folder) => `{engine}\\${folder.replaceAll('/', '\\')}`).join(';');
  }
  const added: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted)) {
    const filled = value.replaceAll('{engine}', engine.folder);
    // On Windows names of variables have no case, and PATH is mostly written Path.
    const there = Object.keys(environment).find(
      (key) => key === name || (windows && key.toUpperCase() === name.toUpperCase()),
    );
    const before = there === undefined ? undefined : environment[there];
    if (!folderLists.has(name)) {
      if (before === undefined) added[name] = filled;
    } else added[there ?? name] = before ? `${filled}${windows ? ';' : ':'}${before}` : filled;
  }
  return added;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
