// `npm run bench [-- part…]`: measures what the product promises, side by side with its peer where it has one.
// Machines differ and are shared: read the ratios, and the load that is printed with them.
import os from 'node:os';
import { build } from '../../scripts/build.mjs';
import { armedCost, armedSets, attachedCost, debuggedModels, overOthers } from './debugger-cost.mjs';
import { chartCases, measureCharts } from './charts-fps.mjs';
import { epochTime } from './epoch-time.mjs';
import { nestedGraph, recordedGraph } from './graph-models.mjs';
import { graphNumbers } from './graph-numbers.mjs';
import { graphWindow } from './graph-window.mjs';
import { eventReading } from './event-reading.mjs';
import { memoryFlat } from './memory-flat.mjs';
import { againstKeras, againstStock, engineFolder, nativeModels, whyNoNative } from './native.mjs';
import { recordingCost } from './recording-cost.mjs';
import { stepTime, stepTimeTable } from './step-time.mjs';
import { stopTimes } from './stops.mjs';
import { tensorViews } from './tensor-views.mjs';
import { singleSummaries, wholeTraining } from './summaries.mjs';
import { measureWindowFps } from './window-fps.mjs';
import { windowStart } from './window-start.mjs';

const ms = (value) => `${value.toFixed(0)} ms`;
const percent = (share) => `${(share * 100).toFixed(1)} %`;
const table = (rows) => {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value, promise] of rows) {
    console.log(`  ${name.padEnd(width)}  ${value.padStart(12)}${promise ? `   (wanted: ${promise})` : ''}`);
  }
};

/** What can be debugged here: without native TensorFlow those on wasm. */
function measurable() {
  const reason = whyNoNative();
  if (reason) console.log(`  without native TensorFlow: ${reason}`);
  return new Map(Object.entries(debuggedModels).filter(([, { backend }]) => backend === 'wasm' || !reason));
}

const parts = {
  async start() {
    const times = await windowStart();
    table([
      ['command to address', ms(times.addressMs)],
      ['command to usable window', ms(times.usableMs), 'under 3 s'],
      ['sample opened to its shapes', ms(times.shapesMs)],
      ['Run to first step', ms(times.firstStepMs)],
      ['command to first step', ms(times.usableMs + times.firstStepMs), 'under 5 s'],
    ]);
  },
  async step() {
    console.log(stepTimeTable(await stepTime()));
  },
  async epoch() {
    const times = await epochTime();
    table([
      [`rock-paper-scissors, an epoch (${times.source})`, `${times.epochSeconds.toFixed(1)} s`, 'about a minute'],
      ['step', ms(times.stepMs)],
      ['waiting for data', percent(times.dataShare)],
      ['hooks and logging', percent(times.overheadShare)],
      ['outside of kernels', percent(times.dataShare + times.overheadShare), 'under 5 %'],
      ['test accuracy after 2 epochs', percent(times.validationAccuracy), 'well above 33 %'],
    ]);
  },
  async native() {
    const reason = whyNoNative();
    if (reason) return console.log(`  left out: ${reason}`);
    if (!process.env.BACKSTEP_TEST_PYTHON)
      console.log('  BACKSTEP_TEST_PYTHON names no Python with Keras: without the peer');
    for (const [name, { title, batch, wanted }] of Object.entries(nativeModels)) {
      const found = await againstKeras(name);
      console.log(`  ${title}, batch ${batch}`);
      table([
        [`  ${found.speed}`, `${found.stepMs.toFixed(2)} ms`],
        ['  set-up', found.setUpMs === undefined ? '–' : ms(found.setUpMs), name === 'cnn' ? 'under 1.5 s' : undefined],
        ['  eager', `${found.eagerMs.toFixed(2)} ms`],
        ['  Keras train_on_batch', found.kerasMs === undefined ? '–' : `${found.kerasMs.toFixed(2)} ms`],
        ['  ratio to Keras', found.ratio === undefined ? '–' : found.ratio.toFixed(2), wanted && `at most ${wanted}`],
        ['  waiting for data', percent(found.dataShare)],
      ]);
    }
  },
  async eager() {
    const reason = whyNoNative();
    if (reason) return console.log(`  left out: ${reason}`);
    const found = await againstStock();
    table([
      [`${nativeModels.cnn.title}, eager`, `${found.oursMs.toFixed(0)} ms`],
      ['  the package’s own kernels and gradients', `${found.stockMs.toFixed(0)} ms`],
      ['  ratio', found.ratio.toFixed(2), 'at most 0.65'],
    ]);
  },
  async debugger() {
    console.log(
      '  by the clock: steps that nothing disturbs, steps in the middle; by the processor: their thread, all threads',
    );
    for (const model of measurable().values()) {
      const attached = await attachedCost(model);
      const armed = await armedCost(model, armedSets);
      const over = (measures) =>
        overOthers(measures)
          .map((one) => one.padStart(13))
          .join('');
      table([
        [`${model.title}: nobody debugs`, `${attached.plain.wall.ms.toFixed(2)} ms`],
        ['  debugger attached, idle', over(attached.idle), 'at most 2 %'],
        ['  conditions armed', over(armed.conditions), 'at most 5 %'],
        ['  data watched: not finite', over(armed.data), 'at most 5 %'],
        ['  a layer with a condition', over(armed.layer), 'at most 5 %'],
      ]);
    }
  },
  async stops() {
    for (const [name, model] of measurable()) {
      const found = await stopTimes(name);
      table([
        [`${model.title}: a step`, `${found.stepMs.toFixed(2)} ms`],
        ['  pause to stop', ms(found.pauseMs), 'under 100 ms plus the rest of one op'],
        ['  op to op', `${found.opMs.toFixed(1)} ms`, 'under 20 ms'],
        ['    one in ten takes longer than', `${found.slowOpMs.toFixed(1)} ms`],
        ['    with stack, scopes and variables', `${found.shownMs.toFixed(1)} ms`],
      ]);
    }
  },
  async tensors() {
    const reason = whyNoNative();
    if (reason) return console.log(`  left out: ${reason}`);
    const found = await tensorViews();
    table([
      [`${found.shape.join('×')} opened as feature maps`, ms(found.openMs), 'under 200 ms'],
      ['  the first time', ms(found.firstOpenMs)],
      ['  another example', ms(found.exampleMs)],
      ['  numbers and histogram of all of it', ms(found.factsMs)],
      ['  a page of its table', ms(found.pageMs)],
    ]);
  },
  async recording() {
    const us = (value) => `${value.toFixed(2)} µs`;
    for (const cost of await recordingCost()) {
      table([
        [`${cost.name}: a step of ${cost.ops} ops, not recorded`, `${cost.plainMs.toFixed(2)} ms`],
        ['  recording, an op', us(cost.inStep), 'at most 2 µs'],
        ['    of ten turns, the second and the ninth', `${us(cost.inStepLow)} … ${us(cost.inStepHigh)}`],
        ['    of a step recorded by itself', us(cost.alone)],
        ['  working out the graph after the step, an op', us(cost.after)],
      ]);
    }
  },
  async summaries() {
    const found = await singleSummaries();
    table([
      ['a scalar, written', `${found.scalarUs.toFixed(2)} µs`, 'under 10 µs'],
      ['a histogram of 1,000,000 weights, on the training’s thread', `${found.ownMs.toFixed(1)} ms`, 'under 10 ms'],
      ['  beside it', `${found.besideMs.toFixed(1)} ms`],
    ]);
    const show = async (title, training) => {
      const { share, steps, processes, bytes, all } = await wholeTraining(training);
      const over = ({ ratio, spread }) => `${((ratio - 1) * 100).toFixed(1)} ± ${percent(spread)}`;
      table([
        [`${title}: summaries, by their own account`, percent(share), 'at most 3 %'],
        ['  by steps with and without them', over(steps), 'at most 3 %'],
        ['  by whole processes', over(processes)],
        ['  on the disk', `${(bytes / 1e6).toFixed(1)} MB`],
        ['  with --summaries all: by steps', percent(all - 1)],
      ]);
    };
    const wasm = (epochs) => ['--backend', 'wasm', '--epochs', String(epochs)];
    await show('iris, wasm', { experiment: 'assets/samples/iris', flags: wasm(40), rounds: 8 });
    await show('digits with one layer, wasm', { experiment: 'assets/samples/mnist-softmax', flags: wasm(40) });
    const small = ['--backend', 'wasm', '--steps', '150'];
    await show('a small CNN, wasm', { experiment: 'tests/bench/experiments/small-cnn.ts', flags: small });
    if (!whyNoNative()) {
      const environment = { BACKSTEP_ENGINE: engineFolder() };
      for (const [name, steps, rounds] of [
        ['mlp', '12000', 4],
        ['cnn', '60', 2],
      ]) {
        const { experiment, title, dataDir } = nativeModels[name];
        const flags = ['--backend', 'tensorflow', '--steps', steps, '--epochs', '30', '--data', dataDir];
        await show(`${title}, compiled`, { experiment, flags, environment, rounds });
      }
    }
  },
  async window() {
    const found = await measureWindowFps();
    table([
      ['frames a second at 1,000 steps/s', found.framesPerSecond.toFixed(1), '60'],
      ['99th percentile of a frame', `${found.p99FrameMs.toFixed(1)} ms`],
      ['frames over 25 ms', percent(found.lateFrames)],
    ]);
  },
  async graph() {
    const oneDecimal = (value) => `${value.toFixed(1)} ms`;
    const show = async (title, graph, wanted) => {
      const numbers = await graphNumbers(graph);
      const found = await graphWindow(graph);
      const frames = ({ framesPerSecond, lateFrames }) => `${framesPerSecond.toFixed(1)} (${percent(lateFrames)} late)`;
      console.log(`  ${title}: ${graph.nodes.length.toLocaleString('en')} ops`);
      table([
        [`  in hand to seen, ${found.items.toLocaleString('en')} items`, ms(found.openMs), wanted.open],
        ['  all opened', ms(found.allMs), wanted.all],
        ['  sorted into groups', ms(numbers.treeMs)],
        ['  laid out, closed', ms(numbers.closedMs), wanted.layout],
        ['  laid out, open', ms(numbers.openMs), wanted.layout],
        ['  laid out when one group is closed again', ms(numbers.againMs)],
        ['  frames a second, panning what is open', frames(found.pan), '60'],
        ['  zooming it', frames(found.zoom), '60'],
        ['  panning with all of it in sight', frames(found.farPan), '60'],
        ['  zooming there', frames(found.farZoom), '60'],
        ['  a search', ms(found.searchMs), 'under 100 ms'],
        ['  a trace up- and downstream, the slowest of 20', oneDecimal(numbers.traceMs), wanted.trace],
      ]);
    };
    console.log('  Chromium draws without a graphics card here');
    const sample = await recordedGraph('assets/samples/rock-paper-scissors/experiment.ts');
    await show('rock-paper-scissors', sample, { layout: 'under 100 ms', trace: 'under 16 ms' });
    const resnet = await recordedGraph('tests/bench/experiments/resnet50.ts');
    await show('ResNet-50', resnet, { open: 'under 500 ms', all: 'under 3 s', trace: 'under 16 ms' });
    await show('nested groups', nestedGraph(50_000), { open: 'under 1 s', trace: 'under 50 ms' });
  },
  async charts() {
    console.log('  Chromium draws without a graphics card here');
    const frame = (value) => `${value.toFixed(1)} ms`;
    for (const [name, { title }] of Object.entries(chartCases)) {
      const found = await measureCharts(name);
      table([
        [`${title}: memory of the window’s process`, `${found.memoryMb.toFixed(0)} MB`, 'under 1,500 MB'],
        ...Object.entries(found.moves).flatMap(([move, { framesPerSecond, mainThreadMs, busiestMs, allMs }]) => [
          [`  ${move}: frames a second, by the clock`, framesPerSecond.toFixed(1), '60'],
          ['    processor time of a frame: the page’s thread', frame(mainThreadMs), 'under 16 ms'],
          ['    the busiest thread of all', frame(busiestMs), 'under 16 ms'],
          ['    all threads together', frame(allMs)],
        ]),
      ]);
    }
  },
  async events() {
    if (!process.env.BACKSTEP_TEST_PYTHON)
      console.log('  BACKSTEP_TEST_PYTHON names no Python with TensorBoard: without the peer');
    const found = await eventReading();
    const { tensorBoardMs, pythonMs, live, long, many } = found;
    const { ours, theirs } = found.screen;
    const mb = (value) => `${value.toFixed(0)} MB`;
    table([
      [`${found.megabytes.toFixed(0)} MB of 3.3 million scalars, read with checksums`, ms(found.readMs)],
      ['  processor time', ms(found.cpuMs)],
      ['  TensorBoard’s loader, without', tensorBoardMs === undefined ? '–' : ms(tensorBoardMs)],
      ['  ratio', tensorBoardMs === undefined ? '–' : (found.readMs / tensorBoardMs).toFixed(2), 'at most 1'],
      ['  from there to the columns of a chart, smoothed', ms(found.drawnMs), 'under 200 ms'],
      ['  TensorBoard’s Python loader', pythonMs === undefined ? '–' : ms(pythonMs)],
      ['  ratio', pythonMs === undefined ? '–' : (found.readMs / pythonMs).toFixed(2)],
      ['from the file’s being there to its last point on the screen', ms(ours.shownMs), 'loading and 200 ms'],
      ['  TensorBoard: until it answers with the last point', theirs ? ms(theirs.loadedMs) : '–'],
      ['    until its page shows it', theirs ? ms(theirs.shownMs) : '–'],
      ['    ratio', theirs ? (ours.shownMs / theirs.shownMs).toFixed(2) : '–', 'below 1'],
      ['written to on the screen', ms(ours.liveMs), 'under 250 ms'],
      ['  the slowest of 12', ms(ours.slowestMs)],
      ['written to told', ms(live.toldMs), 'under 250 ms'],
      ['  the slowest of 20', ms(live.slowestMs)],
      ['10 million points in one series: a frame of a zoom', `${long.frameMs.toFixed(1)} ms`, 'under 16 ms'],
      ['  memory of the whole reader', mb(long.memoryMb), 'under 1,500 MB'],
      ['1,000 runs × 100 tags: a frame of 1,000 lines', `${many.frameMs.toFixed(1)} ms`],
      ['  read', ms(many.readMs)],
      ['  memory of the whole reader', mb(many.memoryMb), 'under 1,500 MB'],
    ]);
  },
  async memory() {
    const mb = (value) => `${value.toFixed(0)} MB`;
    const show = (title, memory) => {
      console.log(`  ${title}`);
      table([
        [`  after ${memory.warmUpSteps.toLocaleString('en')} steps`, mb(memory.startMb)],
        [`  after ${(memory.warmUpSteps + memory.steps).toLocaleString('en')} steps`, mb(memory.endMb)],
        ['  most', mb(memory.peakMb)],
        [`  growth over ${memory.steps.toLocaleString('en')} steps, by their trend`, mb(memory.growthMb), 'none'],
      ]);
    };
    show('iris on wasm', await memoryFlat({ flags: ['--backend', 'wasm'] }));
    if (!whyNoNative()) {
      const { experiment, title } = nativeModels.mlp;
      const flags = ['--backend', 'tensorflow'];
      const environment = { BACKSTEP_ENGINE: engineFolder() };
      show(`${title}, compiled`, await memoryFlat({ steps: 12_000, experiment, flags, environment }));
    }
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length) {
  console.error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
await build({ say: console.error });
console.log(`${os.cpus().length} × ${os.cpus()[0]?.model ?? 'CPU'}, Node ${process.versions.node}`);
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length && !wanted.includes(name)) continue;
  console.log(`\n${name} (load ${os.loadavg()[0].toFixed(1)})`);
  try {
    await measure();
  } catch (error) {
    console.log(`  not measured: ${error.message}`);
    process.exitCode = 1;
  }
}
