/** Runs a program to its end, with a time limit, ended with the job. Its output comes back whole. */
import { spawn } from 'node:child_process';

export interface ProcessResult {
  /** Undefined where it could not be started, or was ended by a signal. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly output: string;
  /** Where it could not be started. */
  readonly error?: Error;
  readonly timedOut: boolean;
}

export interface ProcessOptions {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** Opens an IPC channel, where given. */
  onMessage?(message: unknown): void;
}

const MOST_OUTPUT = 1 << 20;

/** @throws the signal's reason */
export function runProcess(command: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const ipc = options.onMessage !== undefined;
    const child = spawn(command, [...args], {
      cwd: options.folder,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
      // A group of its own: a compiler's helpers end with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let output = '';
    let timedOut = false;
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      } catch (error) {
        // Gone already.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, options.limitMs);
    options.signal.addEventListener('abort', end);
    const add = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-MOST_OUTPUT);
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    if (options.onMessage) child.on('message', options.onMessage);
    let settled = false;
    const finish = (code: number | null, signal: NodeJS.Signals | null, error?: Error): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal.removeEventListener('abort', end);
      if (options.signal.aborted)
        reject(options.signal.reason instanceof Error ? options.signal.reason : new Error('ended'));
      else resolve({ code: code ?? undefined, signal: signal ?? undefined, output, error, timedOut });
    };
    child.on('error', (error) => {
      if (child.pid === undefined) finish(null, null, error);
    });
    child.on('close', (code, signal) => finish(code, signal));
    if (options.signal.aborted) end();
  });
}

/** The lines of an output that matter: from the first that names an error, else the last ones. */
export function shortenedLog(output: string, lines = 20): string | undefined {
  const all = output
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  if (all.length === 0) return undefined;
  const first = all.findIndex((line) =>
    /\b(?:fatal )?error\b|undefined (?:reference|symbol)|cannot (?:open|find)|not found/i.test(line),
  );
  const start = first < 0 ? Math.max(0, all.length - lines) : Math.max(0, first - 1);
  const shown = all.slice(start, start + lines).map((line) => (line.length > 300 ? `${line.slice(0, 297)}…` : line));
  const before = start > 0 ? [`… ${start} lines before`] : [];
  const after = all.length > start + lines ? [`… ${all.length - start - lines} lines after`] : [];
  return [...before, ...shown, ...after].join('\n');
}
