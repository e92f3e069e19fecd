/** What each request does: one handler an entry of the schema, nothing else spells its name. Arguments come validated. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { Debugging } from '../shared/protocol/debugging.js';
import { recordingRequest } from '../shared/protocol/graph.js';
import type { RequestName, RequestResult, Requests, shellKind } from '../shared/protocol/rpc.js';
import { runOptions } from '../shared/protocol/training.js';
import type { Analyser } from './analysis/analyser.js';
import type { DataSets } from './data/data-sets.js';
import type { Engine } from './engine/engine.js';
import { about, Failure } from './failure.js';
import { graphInEvents } from './graph/graph-in-events.js';
import type { GraphRecorder } from './graph/graph-recorder.js';
import { sourcesOfRun } from './graph/run-graph.js';
import { isFolder, listFolders } from './list-folders.js';
import type { LogAnswers } from './logs/log-reading.js';
import { findEventFiles } from './runs/find-runs.js';
import type { ModelFiles } from './model-files.js';
import type { Runs } from './runs/runs.js';
import type { Samples } from './samples.js';
import { Serial } from './serial.js';
import type { ServerPlaces } from './server-places.js';
import type { Sessions } from './sessions/sessions.js';
import type { Settings } from './settings.js';
import type { Window } from './socket/socket-server.js';
import { createEntry, listFolder, renameEntry } from './workspace/entries.js';
import { readTextFile, writeTextFile } from './workspace/text-files.js';
import { moveToTrash } from './workspace/trash.js';
import { entryInside, insideWorkspace } from './workspace/workspace-paths.js';
import type { Workspace } from './workspace/workspace.js';

export type Handlers = {
  readonly [N in RequestName]: (
    params: z.output<Requests[N]['params']>,
    window: Window,
  ) => RequestResult<N> | Promise<RequestResult<N>>;
};

/** Everything that handlers act on. */
export interface ServerParts {
  readonly version: string;
  readonly shell: z.infer<typeof shellKind>;
  readonly places: ServerPlaces;
  readonly settings: Settings;
  readonly workspace: Workspace;
  readonly samples: Samples;
  readonly analyser: Analyser;
  readonly recorder: GraphRecorder;
  readonly sessions: Sessions;
  readonly runs: Runs;
  readonly logs: LogAnswers;
  readonly dataSets: DataSets;
  readonly engine: Engine;
  readonly modelFiles: ModelFiles;
}

export function createHandlers(parts: ServerParts): Handlers {
  const { workspace, settings, places, sessions, analyser, recorder, runs, dataSets, engine } = parts;
  const inOrder = new Serial();
  let lastWished: Debugging | undefined;

  /** The experiment's real path, in an open and trusted folder. */
  const runnable = async (experiment: string): Promise<string> => {
    const { real } = await insideWorkspace(workspace.root, experiment);
    await workspace.checkTrusted();
    return real;
  };

  return {
    'app/info': async () => {
      const { recentFolders } = await settings.read();
      const [samples, recent, info] = await Promise.all([
        parts.samples.list(),
        Promise.all(
          recentFolders.map(async (folder) => ({
            path: folder,
            name: path.basename(folder) || folder,
            exists: await isFolder(folder),
          })),
        ),
        workspace.info(),
      ]);
      return {
        version: parts.version,
        shell: parts.shell,
        platform: process.platform,
        home: places.home,
        samples,
        recentFolders: recent,
        workspace: info,
        samplesFolder: places.samplesFolder,
      };
    },
    'app/forgetRecent': async ({ path: folder }) => {
      await settings.forgetRecent(folder);
      return {};
    },
    'folders/list': ({ path: folder }) => listFolders(folder),

    'workspace/open': ({ path: folder }) => workspace.open(folder),
    'workspace/close': async () => {
      await workspace.close();
      return {};
    },
    'workspace/trust': async ({ trusted }) => {
      const info = await workspace.trust(trusted);
      if (trusted) analyser.warmUp();
      return info;
    },
    'workspace/setBreakpoints': async ({ breakpoints }) => {
      await workspace.setBreakpoints(breakpoints);
      return {};
    },
    // Set and started in the order that the window asked for it.
    'workspace/setDebugging': ({ debugging, quietly, linesInTraining = {} }) => {
      const wished = quietly ? undefined : inTraining(debugging, linesInTraining);
      // Before it is written: who goes on right after taking a breakpoint away is not to stop at it.
      if (wished) sessions.setDebugging((lastWished = wished));
      return inOrder.run('debugging', async () => {
        await workspace.setDebugging(debugging);
        // A training that was being started meanwhile has read what there was before.
        if (wished && wished === lastWished) sessions.setDebugging(wished);
        return {};
      });
    },
    'sample/open': async ({ id, parent }) => {
      if (parent !== undefined && !path.isAbsolute(parent))
        throw new Failure('invalid-params', `“${parent}” is not a whole path.`);
      const { folder, isOurs } = await parts.samples.copy(id, parent ?? places.samplesFolder);
      const info = await workspace.open(folder, { trust: isOurs });
      if (info.trusted) analyser.warmUp();
      return info;
    },

    'file/list': async ({ path: folder }) => listFolder(await insideWorkspace(workspace.root, folder)),
    'file/read': async ({ path: file }) => readTextFile((await insideWorkspace(workspace.root, file)).real),
    'file/write': ({ path: file, text, baseVersion }) =>
      // In the order they came, also while their paths are looked up; by the real path, for it has many names.
      inOrder.run(`write ${file}`, async () => {
        const { real } = await insideWorkspace(workspace.root, file);
        return inOrder.run(`real ${real}`, () => writeTextFile(real, text, baseVersion));
      }),
    'file/create': async ({ path: entry, kind }) => {
      await createEntry(await insideWorkspace(workspace.root, entry), kind);
      return {};
    },
    'file/rename': async ({ path: from, to }) => {
      await renameEntry(await entryInside(workspace.root, from), await entryInside(workspace.root, to));
      return {};
    },
    'file/delete': async ({ path: entry }) => {
      const found = await entryInside(workspace.root, entry);
      await about(found.relative, () => moveToTrash(workspace.root, found));
      return {};
    },

    'experiment/analyze': async (request) => {
      // The last to come must be the last to be asked: an older text's answer is no use to anybody.
      const { answer } = await inOrder.run('analyze', async () => {
        const experiment = await runnable(request.experiment);
        const overlays: Record<string, string> = {};
        for (const [file, text] of Object.entries(request.overlays)) {
          overlays[(await insideWorkspace(workspace.root, file)).real] = text;
        }
        return { answer: analyser.ask({ ...request, experiment, overlays }) };
      });
      return answer;
    },

    'experiment/graph': async (request) => {
      const { answer } = await inOrder.run('graph', async () => {
        const experiment = await runnable(request.experiment);
        const overlays: Record<string, string> = {};
        for (const [file, text] of Object.entries(request.overlays ?? {})) {
          overlays[(await insideWorkspace(workspace.root, file)).real] = text;
        }
        return { answer: recorder.ask({ ...request, experiment, overlays }, { alone: request.alone }) };
      });
      return answer;
    },

    'model/open': async ({ path: given }) => {
      const { real } = await insideWorkspace(workspace.root, given);
      return parts.modelFiles.open(real);
    },
    'model/experiment': async ({ path: given }) => {
      const { real } = await insideWorkspace(workspace.root, given);
      return { path: await parts.modelFiles.writeExperiment(workspace.root, real) };
    },

    'run/start': async ({ breakpoints, ...given }) => {
      const options = runOptions.parse(given);
      const experiment = await runnable(options.experiment);
      await about(experiment, () => stat(experiment));
      const runDir = options.runDir && (await insideWorkspace(workspace.root, options.runDir)).real;
      const continueFrom = options.continueFrom && (await insideWorkspace(workspace.root, options.continueFrom)).real;
      const debugging = await inOrder.run('debugging', () => workspace.debugging());
      const run = { ...options, experiment, runDir, continueFrom };
      return { sessionId: await sessions.start(run, breakpoints, debugging) };
    },
    'run/kill': () => {
      sessions.kill();
      return {};
    },
    'session/current': () => ({ session: sessions.state }),

    'runs/list': () => runs.list(workspace.root),
    'runs/graph': async ({ id }) => {
      const folder = await runs.folderOf(workspace.root, id);
      const sources = await sourcesOfRun(folder);
      if (!sources) return graphInEvents(id, await findEventFiles(folder), (file) => parts.modelFiles.open(file));
      const experiment = await runnable(sources.experiment);
      const overlays: Record<string, string> = {};
      for (const [file, text] of Object.entries(sources.overlays)) {
        overlays[(await insideWorkspace(workspace.root, file)).real] = text;
      }
      const { settings } = sources;
      const request = recordingRequest.parse({ experiment, overlays, settings, batch: 'zeros' });
      return recorder.ask(request, { alone: true });
    },
    'runs/rename': async ({ id, name }) => {
      await runs.rename(workspace.root, id, name);
      return {};
    },
    'runs/delete': ({ id }) => runs.delete(workspace.root, id),
    'runs/takeBack': async (trashed) => {
      await runs.takeBack(workspace.root, trashed);
      return {};
    },
    ...parts.logs,

    'data/status': ({ name }) => dataSets.status(name),
    'data/setFolder': ({ name, folder, generated }) =>
      generated ? dataSets.useGenerated(name) : dataSets.setFolder(name, folder),
    'data/download': ({ name }) => dataSets.download(name),
    'data/cancelDownload': ({ name }) => dataSets.cancelDownload(name),

    'engine/status': ({ plan }) => engine.look(plan),
    'engine/install': (wanted) => engine.install(wanted),
    'engine/cancel': () => engine.cancel(),
    'engine/remove': () => engine.remove(),
  };
}

/** As the training is to be told: what trains can be an older text than the one that the window edits. */
function inTraining(debugging: Debugging, lines: Readonly<Record<string, number | null>>): Debugging {
  return {
    ...debugging,
    lines: debugging.lines.flatMap((entry) => {
      const line = Object.hasOwn(lines, entry.id) ? lines[entry.id] : entry.line;
      return typeof line === 'number' ? [{ ...entry, line }] : [];
    }),
  };
}
