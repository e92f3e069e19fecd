/**
 * What a file of tests of the debugger stands on: the bundles, a workspace with files, and trainers in it that
 * end with the test that started them. Called once, where the file begins.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { builtBundles, workspace, type Workspace } from './built.js';
import { DapClient } from './dap-client.js';
import { Debugging, type Lines, type StartOptions } from './dap-debugging.js';

export interface Trainers {
  readonly place: Workspace;
  connect(environment?: NodeJS.ProcessEnv): DapClient;
}

export function trainersIn(files: Readonly<Record<string, string>> = {}): Trainers {
  const place = workspace(files);
  let clients: DapClient[] = [];
  beforeAll(builtBundles, 120_000);
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    clients = [];
  });
  afterAll(() => place.remove());
  const connect = (environment: NodeJS.ProcessEnv = {}): DapClient => {
    const client = new DapClient({ BACKSTEP_HOME: place.home, ...environment });
    clients.push(client);
    return client;
  };
  return { place, connect };
}

/** `start` gives a training with breakpoints on these lines, by file. */
export function debuggingIn(files: Readonly<Record<string, string>>): {
  readonly place: Workspace;
  start(lines?: Lines, options?: StartOptions, environment?: NodeJS.ProcessEnv): Promise<Debugging>;
} {
  const { place, connect } = trainersIn(files);
  return {
    place,
    async start(lines = {}, options = {}, environment) {
      const debugging = new Debugging(connect(environment), place);
      await debugging.start(lines, options);
      return debugging;
    },
  };
}
