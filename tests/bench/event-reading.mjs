// How soon the logs of anybody are there, and what they cost: TensorBoard's own loader (Rust, without checksums, 1,000
// points a tag) and Backstep's reading thread (every checksum, every point) on the same files, in turns.
import { execFileSync, fork, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { writeEventFile } from './event-files.mjs';
import { eventsOnScreen, loadedByPython } from './events-on-screen.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const NAME = 'events.out.tfevents.1700000000.host';

/** The reader as the server runs it: its thread, asked by messages. */
class Reader {
  #worker = new Worker(path.join(root, 'dist/server/log-worker.js'));
  #waiting = new Map();
  #nextId = 1;
  changed = () => undefined;

  constructor() {
    this.#worker.on('message', (message) => {
      if (message.kind === 'changed') return this.changed(message.changed);
      const { resolve, reject } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.kind === 'answer') resolve(message.value);
      else reject(new Error(message.facts.message));
    });
  }

  send(request) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request });
    });
  }

  ask(name, params) {
    return this.send({ kind: 'question', name, params });
  }

  open(folder) {
    return this.send({ kind: 'folders', folders: { workspace: undefined, added: [folder] } });
  }

  /** Until nothing is left to be read. */
  async read() {
    for (;;) {
      const told = new Promise((resolve) => (this.changed = resolve));
      const list = await this.ask('logs/list', {});
      if (list.runs.length > 0 && list.folders.every(({ reading }) => !reading)) return list;
      await told;
    }
  }

  /** Until the series has so many points. */
  async has(run, name, points) {
    for (;;) {
      const [found] = await this.ask('logs/points', { series: [{ run, name, from: points - 1 }], most: 1 });
      if (found?.total === points) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  end() {
    return this.#worker.terminate();
  }
}

/** In a process of its own, so that its memory is its own. */
const measures = {
  async load({ folder, tag, points }) {
    const reader = new Reader();
    await reader.ask('logs/list', {});
    const began = performance.now();
    const cpu = process.cpuUsage();
    await reader.open(folder);
    await reader.has(folder, tag, points);
    const readMs = performance.now() - began;
    const used = process.cpuUsage(cpu);
    const series = [{ run: folder, name: tag }];
    await reader.ask('logs/columns', { series, axis: 'step', columns: 1000, smoothing: 0.6 });
    const drawnMs = performance.now() - began;
    const { runs } = await reader.read();
    await reader.end();
    return {
      readMs,
      cpuMs: (used.user + used.system) / 1000,
      drawnMs,
      points: runs[0].points,
      problems: runs[0].problemCount,
    };
  },

  async zoom({ folder, tag, seriesAtOnce, columns }) {
    const reader = new Reader();
    const began = performance.now();
    await reader.open(folder);
    const { runs } = await reader.read();
    const readMs = performance.now() - began;
    const points = runs.reduce((sum, run) => sum + run.points, 0);
    const series = runs.slice(0, seriesAtOnce).map((run) => ({ run: run.id, name: tag }));
    const last = runs[0].lastStep;
    const times = [];
    for (let frame = 0; frame < 60; frame++) {
      const half = (last / 2) * 0.9 ** frame;
      const range = { from: last * 0.5 - half, to: last * 0.5 + half };
      const asked = performance.now();
      await reader.ask('logs/columns', { series, axis: 'step', columns, smoothing: 0, ...range });
      // The first one makes what all others stand on.
      if (frame > 0) times.push(performance.now() - asked);
    }
    const memoryMb = process.memoryUsage().rss / 2 ** 20;
    await reader.end();
    return { readMs, points, frameMs: median(times), slowestMs: Math.max(...times), memoryMb };
  },

  async live({ file }) {
    const reader = new Reader();
    await reader.open(path.dirname(file));
    await reader.read();
    // The last record once more: what it says is of no matter, that it is told is.
    const bytes = readFileSync(file);
    const record = bytes.subarray(bytes.length - 46);
    const times = [];
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 130));
      const told = new Promise((resolve) => (reader.changed = resolve));
      const began = performance.now();
      appendFileSync(file, record);
      await told;
      times.push(performance.now() - began);
    }
    await reader.end();
    return { toldMs: median(times), slowestMs: Math.max(...times) };
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , measure, options] = process.argv;
  process.send(await measures[measure](JSON.parse(options)));
}

function inProcess(measure, options) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [measure, JSON.stringify(options)]);
    let answer;
    child.on('message', (message) => (answer = message));
    child.on('exit', (code) => (answer ? resolve(answer) : reject(new Error(`the reader ended with ${code}`))));
  });
}

/** TensorBoard's loader, where the Python that `BACKSTEP_TEST_PYTHON` names has it. */
function tensorBoardLoader() {
  const python = process.env.BACKSTEP_TEST_PYTHON;
  if (!python) return undefined;
  try {
    const ask = 'import tensorboard_data_server; print(tensorboard_data_server.server_binary())';
    return execFileSync(python, ['-c', ask], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Milliseconds by its own clock. */
function loadedByTensorBoard(binary, folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, ['--logdir', folder, '--port', '0', '--reload', 'once', '-v'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
      const [, number, unit] = /Finished load cycle \(([\d.]+)(m?s)\)/.exec(text) ?? [];
      if (!number) return;
      child.kill();
      resolve(Number(number) * (unit === 's' ? 1000 : 1));
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`TensorBoard’s loader ended: ${text.slice(-300)}`)));
  });
}

const LARGE_POINTS = 1_100_000;
/** Of three tags with as many points each. */
const LARGE_BYTES = 153_950_504;

/** The same in every run, so it is kept from one to the next. */
function largeFile() {
  const file = path.join(tmpdir(), 'backstep-bench-events', 'large', NAME);
  if (existsSync(file) && statSync(file).size === LARGE_BYTES) return file;
  const unfinished = path.join(tmpdir(), 'backstep-bench-events', 'unfinished', NAME);
  writeEventFile(unfinished, { tags: ['loss', 'accuracy', 'val_loss'], points: 3 * LARGE_POINTS });
  rmSync(path.dirname(file), { recursive: true, force: true });
  renameSync(path.dirname(unfinished), path.dirname(file));
  return file;
}

export async function eventReading({ turns = 3 } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-bench-events-'));
  try {
    const large = largeFile();
    const binary = tensorBoardLoader();
    const ours = [];
    const theirs = [];
    for (let turn = 0; turn < turns; turn++) {
      if (binary) theirs.push(await loadedByTensorBoard(binary, path.dirname(large)));
      ours.push(await inProcess('load', { folder: path.dirname(large), tag: 'val_loss', points: 1_100_000 }));
    }
    if (ours[0].points !== 3_300_000 || ours[0].problems > 0) throw new Error('points are missing');
    const live = await inProcess('live', { file: large });
    truncateSync(large, LARGE_BYTES);
    const megabytes = LARGE_BYTES / 1e6;
    const python = process.env.BACKSTEP_TEST_PYTHON;
    const pythonMs = binary && loadedByPython(python, path.dirname(large));
    const screen = await eventsOnScreen({ file: large, points: LARGE_POINTS, python: binary && python });
    truncateSync(large, LARGE_BYTES);

    writeEventFile(path.join(folder, 'long', NAME), { tags: ['loss'], points: 10_000_000 });
    const long = await inProcess('zoom', {
      folder: path.join(folder, 'long'),
      tag: 'loss',
      seriesAtOnce: 1,
      columns: 1500,
    });
    rmSync(path.join(folder, 'long'), { recursive: true });

    const tags = Array.from({ length: 100 }, (_, index) => `group_${index % 10}/tag_${index}`);
    for (let run = 0; run < 1000; run++) {
      writeEventFile(path.join(folder, 'many', `run_${run}`, NAME), { tags, points: 100 * 100 });
    }
    const many = await inProcess('zoom', {
      folder: path.join(folder, 'many'),
      tag: tags[0],
      seriesAtOnce: 1000,
      columns: 500,
    });
    return {
      megabytes,
      readMs: median(ours.map(({ readMs }) => readMs)),
      cpuMs: median(ours.map(({ cpuMs }) => cpuMs)),
      drawnMs: median(ours.map(({ drawnMs, readMs }) => drawnMs - readMs)),
      tensorBoardMs: theirs.length > 0 ? median(theirs) : undefined,
      pythonMs,
      screen,
      live,
      long,
      many,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
