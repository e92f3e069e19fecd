/** Runs the real `backstep` command and keeps what it said. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cliEntry } from '../trainer/built.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  /** Whole lines of standard output so far. */
  lines(): string[];
  /** Standard error so far. */
  stderr(): string;
  readonly ended: Promise<Ended>;
}

export interface CommandOptions {
  readonly cwd: string;
  /** The Backstep folder. */
  readonly home: string;
  /** By default the bundled command line. */
  readonly entry?: string;
  /** Whether standard input stays open. */
  readonly stdin?: boolean;
}

export function start(args: readonly string[], options: CommandOptions): Running {
  const child = spawn(process.execPath, [options.entry ?? cliEntry, ...args], {
    cwd: options.cwd,
    env: { ...process.env, BACKSTEP_HOME: options.home, FORCE_COLOR: '0' },
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr!.on('data', (chunk) => (stderr += String(chunk)));
  return {
    process: child,
    lines: () => stdout.split('\n').slice(0, -1),
    stderr: () => stderr,
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))),
  };
}

export function command(args: readonly string[], options: CommandOptions): Promise<Ended> {
  return start(args, options).ended;
}

export async function until(look: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!look()) {
    if (Date.now() > limit) throw new Error(`no ${what} within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
