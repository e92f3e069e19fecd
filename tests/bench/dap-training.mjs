// A training in the real trainer under its debug adapter, driven by the Debug Adapter Protocol as the window speaks it:
// requests with their answers, events as they come.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineFolder } from './native.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const trainer = path.join(root, 'dist/trainer/main.js');

/** As server and command line start a trainer. */
export function trainerEnvironment() {
  const engine = engineFolder();
  return {
    ...process.env,
    MALLOC_TRIM_THRESHOLD_: '4294967296',
    MALLOC_MMAP_THRESHOLD_: '4294967296',
    ...(engine ? { BACKSTEP_ENGINE: engine } : {}),
  };
}

/** Where this process may say so, what is timed goes before the other work of the machine. Threads that it starts follow. */
export function firstInLine(pid) {
  try {
    os.setPriority(pid, -15);
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(error.info?.code ?? error.code)) throw error;
  }
}

export class DapTraining {
  /** @param on called with each event: `(name, body, at)` */
  constructor(on = () => undefined) {
    this.on = on;
    this.seq = 0;
    this.pending = new Map();
    this.awaited = [];
    this.child = spawn(process.execPath, [trainer, 'debug'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: trainerEnvironment(),
    });
    firstInLine(this.child.pid);
    this.pipe = this.child.stdio[3];
    this.child.on('exit', () => this.fail(new Error('the trainer ended')));
    this.child.on('error', (error) => this.fail(error));
    this.pipe.on('error', () => this.pipe.destroy());
    // Parts are put together when a message is whole: large answers come in hundreds of them.
    let [parts, have, need] = [[], 0, 0];
    this.pipe.on('data', (chunk) => {
      parts.push(chunk);
      have += chunk.length;
      while (have >= Math.max(need, 1)) {
        const all = parts.length === 1 ? parts[0] : Buffer.concat(parts, have);
        parts = [all];
        const head = all.indexOf('\r\n\r\n');
        if (head < 0) return;
        need = head + 4 + Number(/Content-Length: (\d+)/.exec(all.subarray(0, head).toString())[1]);
        if (have < need) return;
        const message = JSON.parse(all.subarray(head + 4, need).toString());
        parts = [all.subarray(need)];
        have -= need;
        need = 0;
        this.take(message);
      }
    });
  }

  take(message) {
    const at = performance.now();
    if (message.type === 'response') {
      const { resolve, reject } = this.pending.get(message.request_seq);
      this.pending.delete(message.request_seq);
      if (message.success) resolve(message.body);
      else reject(new Error(`${message.command}: ${message.message}`));
      return;
    }
    this.on(message.event, message.body, at);
    for (const waiting of this.awaited.filter(({ event }) => event === message.event)) {
      this.awaited.splice(this.awaited.indexOf(waiting), 1);
      waiting.resolve({ ...message.body, at });
    }
  }

  fail(error) {
    for (const { reject } of [...this.pending.values(), ...this.awaited]) reject(error);
    this.pending.clear();
    this.awaited = [];
  }

  request(command, args = {}) {
    const text = JSON.stringify({ seq: ++this.seq, type: 'request', command, arguments: args });
    const answer = new Promise((resolve, reject) => this.pending.set(this.seq, { resolve, reject }));
    this.pipe.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return answer;
  }

  /** The next event of this name: its body, and when it was there. */
  next(event) {
    return new Promise((resolve, reject) => this.awaited.push({ event, resolve, reject }));
  }

  async start(options, breakpoints = []) {
    this.folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-debugger-'));
    await this.request('initialize', { adapterID: 'backstep' });
    const launched = this.request('launch', { runDir: path.join(this.folder, 'run'), ...options });
    await this.request('backstep/setTrainingBreakpoints', { breakpoints });
    await Promise.all([this.request('configurationDone'), launched]);
  }

  async end() {
    this.child.removeAllListeners('exit');
    this.child.kill('SIGKILL');
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}

/** `launch` arguments of a model of the bench. */
export function launchOptions(model, options = {}) {
  return {
    experiment: path.join(root, model.experiment),
    backend: model.backend ?? 'tensorflow',
    ...(model.dataDir ? { dataDir: model.dataDir } : {}),
    ...options,
  };
}
