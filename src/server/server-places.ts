/** Where the server finds what it serves and starts, and where the person's own things lie. */
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ServerPlaces {
  /** The folder with package.json. */
  readonly appRoot: string;
  readonly renderer: string;
  readonly typings: string;
  readonly samples: string;
  /** The trainer's entry: `<node> <entry> debug | analyze`. */
  readonly trainer: string;
  /** The installer of native TensorFlow: `<node> <entry> <job in JSON>`. */
  readonly engine: string;
  /** The reader's of model files: asked over IPC. */
  readonly reader: string;
  /** `$BACKSTEP_HOME`, else `~/.backstep`. */
  readonly home: string;
  /** Where samples are copied to when the person names no folder. */
  readonly samplesFolder: string;
}

/** Both `dist/server/main.js` and `src/server/…` are two levels below the root. */
const appRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export function serverPlaces(environment: NodeJS.ProcessEnv = process.env): ServerPlaces {
  return {
    appRoot,
    renderer: path.join(appRoot, 'dist/renderer'),
    typings: path.join(appRoot, 'dist/typings'),
    samples: path.join(appRoot, 'assets/samples'),
    // Tests put a trainer of their own here.
    trainer: environment['BACKSTEP_TRAINER'] || path.join(appRoot, 'dist/trainer/main.js'),
    // Likewise.
    engine: environment['BACKSTEP_INSTALLER'] || path.join(appRoot, 'dist/engine/main.js'),
    reader: path.join(appRoot, 'dist/reader/main.js'),
    home: path.resolve(environment['BACKSTEP_HOME'] || path.join(homedir(), '.backstep')),
    samplesFolder: path.join(homedir(), 'Backstep'),
  };
}
