// How long a look at a large tensor of a stopped training takes, from the request to the decoded answer over the debug
// adapter: an activation of 32×148×148×64 as feature maps, its numbers, searches in it, windows of its table.
import { DapTraining, launchOptions } from './dap-training.mjs';
import { median } from './native.mjs';

const model = { experiment: 'tests/bench/experiments/large-activation.ts' };
const tensor = { kind: 'activation', layer: 'conv2d_1' };
const ROUNDS = 5;

/** Milliseconds: of the first look at a stop where it says so, medians of later ones otherwise. */
export async function tensorLooks(backend) {
  const training = new DapTraining();
  const timed = async (command, args) => {
    const began = performance.now();
    const body = await training.request(command, { tensor, ...args });
    for (const bytes of [body.pixels, body.values]) if (bytes) Buffer.from(bytes, 'base64');
    return performance.now() - began;
  };
  const rounds = async (command, args) => {
    const times = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await timed(command, args(round)));
    return median(times);
  };
  const maps = (example) => ({ view: 'featureMaps', example, count: 64 });
  const pause = async () => {
    const stopped = training.next('stopped');
    await training.request('pause', { backstep: { granularity: 'step' } });
    await stopped;
  };
  try {
    await training.start(launchOptions({ ...model, backend }));
    await pause();
    const quickFactsMs = await timed('backstep/tensor', { numbers: false });
    const firstMapsMs = await timed('backstep/tensorPictures', maps(0));
    const firstFactsMs = await timed('backstep/tensor', {});
    const mapsMs = await rounds('backstep/tensorPictures', (round) => maps(round + 1));
    const found = {};
    for (const sought of ['max', 'notFinite', 'zero']) {
      found[sought] = await rounds('backstep/tensorFind', (round) => ({ for: sought, from: 9e6 * round }));
    }
    const windowMs = await rounds('backstep/tensorNumbers', (round) => ({
      row: 90_000 * round,
      rows: 64,
      column: 0,
      columns: 64,
    }));
    return { opensMs: quickFactsMs + firstMapsMs, firstFactsMs, mapsMs, found, windowMs };
  } finally {
    await training.end();
  }
}

if (process.argv[1] === import.meta.filename) console.log(await tensorLooks(process.argv[2] ?? 'wasm'));
