/** Texts of files: the person's own, and TensorFlow.js as it was written. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isLibraryPath, libraryName } from '../../../shared/base/library-path.js';
import { isPersons, pathOf } from '../../loader/stack-frames.js';
import type { Handlers, SessionParts } from '../session-parts.js';

export function sourceRequests(parts: SessionParts): Handlers {
  const { inspector, library, libraryLines, lines, threadDebugger } = parts;
  /** As the front end spells them. */
  const personsFiles = (): string[] => {
    const files = [...inspector.loaded.values()].flatMap((script) => pathOf(script) ?? []);
    return [...new Set(files.filter(isPersons).map((file) => lines.fileOf(file)))].sort();
  };
  return {
    source: ({ source, sourceReference }: DebugProtocol.SourceArguments) => {
      const file = source?.path;
      const named = file !== undefined && isLibraryPath(file) ? libraryLines.referenceOf(libraryName(file)) : undefined;
      const reference = named ?? source?.sourceReference ?? sourceReference ?? 0;
      if (reference > 0) {
        const { text } = library.fileOf(reference, new Set(inspector.loaded.values()));
        return { body: { content: text, mimeType: 'text/typescript' } };
      }
      if (file === undefined || !personsFiles().includes(file)) throw new Error('The training has no such file.');
      return { body: { content: readFileSync(file, 'utf8') } };
    },

    loadedSources: () => {
      const own = personsFiles().map((file): DebugProtocol.Source => ({ name: path.basename(file), path: file }));
      // Its thousand files are of interest only to whoever wants to see them.
      const others = threadDebugger.justMyCode ? [] : library.list(new Set(inspector.loaded.values()));
      const sources = others
        .map(({ name, reference }): DebugProtocol.Source => ({
          name,
          sourceReference: reference,
          origin: 'TensorFlow.js',
        }))
        .sort((a, b) => a.name!.localeCompare(b.name!, 'en'));
      return { body: { sources: [...own, ...sources] } };
    },
  };
}
