/** Names of the library's sources, which lie in no folder, as paths: `library:/tfjs-core/src/engine.ts`. */

const LIBRARY = 'library:/';

export function libraryPath(name: string): string {
  return LIBRARY + name;
}

export function isLibraryPath(path: string): boolean {
  return path.startsWith(LIBRARY);
}

/** The other way round. */
export function libraryName(path: string): string {
  return path.slice(LIBRARY.length);
}
