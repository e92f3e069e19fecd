/** What Backstep was started with: a folder (or a file in it) and a port. Knows no Electron. */
import { statSync } from 'fs';
import * as path from 'path';

export interface LaunchArguments {
  readonly folder?: string;
  readonly port?: number;
}

/** `args` without the executable and the app's own folder. Chromium's and the debugger's switches are passed over. */
export function readLaunchArguments(args: readonly string[], workingFolder: string): LaunchArguments {
  const port = args.map((word) => /^--port=(\d+)$/.exec(word)?.[1]).find((digits) => digits !== undefined);
  const named = args.filter((word) => !word.startsWith('-'));
  const folder = named
    .map((word) => folderOf(path.resolve(workingFolder, word)))
    .find((candidate) => candidate !== undefined);
  return { folder, port: port === undefined ? undefined : Number(port) };
}

/** The folder itself, or the one that a file stands in. */
export function folderOf(place: string): string | undefined {
  try {
    return statSync(place).isDirectory() ? place : path.dirname(place);
  } catch {
    // Not there: whoever started Backstep with it sees the welcome view.
    return undefined;
  }
}
