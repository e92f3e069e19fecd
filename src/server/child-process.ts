/** Starting Backstep's own child processes, the same under Node and under Electron. */

/** The environment of a child that is to be a plain Node process. */
export function nodeEnvironment(home: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, BACKSTEP_HOME: home };
  if (process.versions['electron']) environment['ELECTRON_RUN_AS_NODE'] = '1';
  return environment;
}
