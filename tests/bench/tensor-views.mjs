// How soon a large tensor of a stopped training can be seen, by the debug adapter's own requests: an activation of
// 32×148×148×64, 180 MB, as feature maps and as a table.
import { DapTraining, launchOptions } from './dap-training.mjs';
import { debuggedModels } from './debugger-cost.mjs';
import { median } from './native.mjs';

const tensor = { kind: 'activation', layer: 'conv2d_1' };

export async function tensorViews({ turns = 7 } = {}) {
  const training = new DapTraining();
  const time = async (command, args) => {
    const began = performance.now();
    const answer = await training.request(command, { tensor, ...args });
    return { ms: performance.now() - began, answer };
  };
  try {
    const at = { id: 'stop', enabled: true, at: { kind: 'step', step: 3 } };
    const options = launchOptions(debuggedModels.cnn, { epochs: 1_000_000 });
    const [stopped] = await Promise.all([training.next('stopped'), training.start(options, [at])]);
    if (!stopped) throw new Error('training did not stop');
    const found = { openMs: [], exampleMs: [], factsMs: [], pageMs: [] };
    let shape;
    for (let turn = 0; turn < turns; turn++) {
      // What the window asks for when it opens one: what it is, at once, and its first pictures.
      const began = performance.now();
      const [{ answer }] = await Promise.all([
        time('backstep/tensor', { numbers: false }),
        time('backstep/tensorPictures', { view: 'featureMaps', example: 0, count: 64 }),
      ]);
      found.openMs.push(performance.now() - began);
      shape = answer.shape;
      found.exampleMs.push(
        (await time('backstep/tensorPictures', { view: 'featureMaps', example: 1 + turn, count: 64 })).ms,
      );
      const window = { row: 97 * turn, rows: 64, column: 0, columns: 32 };
      found.pageMs.push((await time('backstep/tensorNumbers', window)).ms);
      if (turn < 3) found.factsMs.push((await time('backstep/tensor', {})).ms);
    }
    return {
      shape,
      ...Object.fromEntries(Object.entries(found).map(([name, times]) => [name, median(times)])),
      firstOpenMs: found.openMs[0],
    };
  } finally {
    await training.end();
  }
}
