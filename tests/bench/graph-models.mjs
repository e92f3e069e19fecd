// The graphs that the graph's bench draws: a training step that is recorded here, and a large one that is made up.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The ops of a training step, as `backstep graph` gives them; needs a build
 * @param {string} experiment path from the repository's root
 */
export async function recordedGraph(experiment) {
  const home = await mkdtemp(path.join(os.tmpdir(), 'backstep-bench-'));
  try {
    const child = spawn(process.execPath, ['dist/cli/main.js', 'graph', experiment, '--format', 'json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, BACKSTEP_HOME: home, BACKSTEP_ENGINE: 'none' },
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`the graph of ${experiment} was not recorded`);
    return JSON.parse(text);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const ops = ['Conv2D', 'BiasAdd', 'FusedBatchNormV3', 'Relu', 'MatMul', 'AddV2', 'Mul', 'Reshape'];

/**
 * Groups in groups: towers of stages of blocks of units of about ten ops, with shortcuts between units and blocks, and
 * a tensor that goes to every block. The same for the same number.
 * @param {number} count of ops
 */
export function nestedGraph(count) {
  let seed = 20_26;
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const nodes = [];
  const edges = [];
  const add = (id, op, group, from, kind = 'op') => {
    const width = 2 ** (4 + random(6));
    nodes.push({
      id,
      op,
      kind,
      group,
      phase: 'forward',
      outputs:
        kind === 'variable'
          ? [{ shape: [3, 3, width], dtype: 'float32' }]
          : [{ shape: [-1, 56, 56, width], dtype: 'float32' }],
      bytes: 0,
    });
    for (const source of new Set(from)) edges.push({ from: source, to: id, slot: 0, input: 'x' });
    return id;
  };
  const input = add('input', 'Placeholder', [], [], 'input');
  let last = input;
  for (let tower = 0; nodes.length < count; tower++) {
    for (let stage = 0; stage < 5 && nodes.length < count; stage++) {
      for (let block = 0; block < 4 + random(6) && nodes.length < count; block++) {
        const inner = [`tower_${tower}`, `stage_${stage}`, `block_${block}`];
        const begin = last;
        for (let unit = 0; unit < 6 + random(10) && nodes.length < count; unit++) {
          const group = [...inner, `unit_${unit}`];
          const name = group.join('/');
          const before = last;
          for (let at = 0; at < 6 + random(8) && nodes.length < count; at++) {
            const op = ops[random(ops.length)];
            const weight = /Conv|MatMul|Bias/.test(op)
              ? [add(`${name}/w_${at}`, 'Variable', group, [], 'variable')]
              : [];
            const two = op === 'AddV2' ? [before] : [];
            last = add(`${name}/${op}_${at}`, op, group, [last, ...weight, ...two]);
          }
        }
        last = add(`${inner.join('/')}/sum`, 'AddV2', inner, [last, begin, input]);
      }
    }
  }
  return { nodes, edges, layers: [], backend: 'none', batchSize: -1, batch: 'none' };
}
