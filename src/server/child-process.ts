/** Starting Backstep's own child processes, the same under Node and under Electron. */

/** The environment of a child that is to be a plain Node process. */
export function nodeEnvironment(home: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, BACKSTEP_HOME: home };
  if (process.versions['electron']) environment['ELECTRON_RUN_AS_NODE'] = '1';
  return environment;
}

/** The last kilobytes of a text that goes on and on. */
export class Tail {
  private text = '';

  constructor(private readonly length = 8192) {}

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-this.length);
  }

  toString(): string {
    return this.text;
  }
}
