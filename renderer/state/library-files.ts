/** Sources of the library that training was stepped into: opened in the editor from the trainer's own copy, to read only. */
import { isLibraryPath, libraryName } from '../../src/shared/base/library-path.js';
import { appStore } from './app-state.js';
import { findOpen } from './file-actions.js';
import { reveal } from './reveal.js';
import { server } from './server.js';

/** Of the training under way. */
export interface LibrarySource {
  readonly path: string;
  /** It is known by its name, too, once training has loaded it. */
  readonly reference?: number;
}

/** @throws RequestError where the training has ended meanwhile */
export async function openLibrary(
  { path, reference }: LibrarySource,
  place: { readonly line?: number; readonly column?: number; readonly focus: boolean },
): Promise<void> {
  if (!isLibraryPath(path)) throw new Error(`${path} is no library’s`);
  if (!findOpen(path)) {
    const source = { name: libraryName(path), path, sourceReference: reference };
    const body = (await server().dap('source', { source, sourceReference: reference })) as { readonly content: string };
    if (!findOpen(path)) {
      const file = { path, text: body.content, dirty: false, readOnly: true, version: '', savedText: body.content };
      appStore.setState((state) => ({ openFiles: [...state.openFiles, file] }));
    }
  }
  appStore.setState({ activeFile: path });
  reveal({ path, ...place });
}
