// How soon training stands where it is asked to, by the Debug Adapter Protocol against the real trainer: from a pressed
// pause to the stop, beyond what the op under way takes; and from one op to the next.
import { DapTraining, launchOptions } from './dap-training.mjs';
import { debuggedModels } from './debugger-cost.mjs';
import { median } from './native.mjs';

const threadId = 1;
const byOp = { threadId, backstep: { granularity: 'op' } };

async function timed(training, command, args) {
  const began = performance.now();
  const stopped = training.next('stopped');
  await training.request(command, args);
  return (await stopped).at - began;
}

/** What the window asks for at a stop before it shows it, each when it knows enough to ask. */
async function askAll(training) {
  const { stackFrames } = await training.request('stackTrace', { threadId });
  const frameId = stackFrames[0].id;
  const { scopes } = await training.request('scopes', { frameId });
  const quick = scopes.filter(({ expensive }) => !expensive);
  await Promise.all([
    ...quick.map(({ variablesReference }) => training.request('variables', { variablesReference })),
    training.request('stepInTargets', { frameId }),
  ]);
}

/** Milliseconds. `shownMs` is `opMs` with the answers to what a front end asks for at once. `stepMs` is a step's time, which a compiled step is as one op; the walk through it comes on top. */
export async function stopTimes(name, { pauses = 8, ops = 60 } = {}) {
  const model = debuggedModels[name];
  const steps = [];
  let speed;
  const training = new DapTraining((event, body) => {
    if (event !== 'backstep/training') return;
    for (const one of body.events) {
      if (one.kind !== 'step') continue;
      steps.push(one.stepMs);
      speed = one.speed;
    }
  });
  const taken = async (count) => {
    const wanted = steps.length + count;
    while (steps.length < wanted) await training.next('backstep/training');
  };
  try {
    await training.start(launchOptions(model, { epochs: 1_000_000 }));
    await taken(4);
    const [pauseMs, opMs] = [[], []];
    for (let turn = 0; turn < pauses; turn++) {
      pauseMs.push(await timed(training, 'pause', { threadId }));
      if (turn < pauses - 1) {
        await training.request('continue', { threadId });
        await taken(3);
      }
    }
    // The first goes on from between two steps.
    await timed(training, 'next', byOp);
    const shownMs = [];
    for (let op = 0; op < ops; op++) {
      opMs.push(await timed(training, 'next', byOp));
      const began = performance.now();
      await askAll(training);
      shownMs.push(opMs.at(-1) + performance.now() - began);
    }
    return {
      pauseMs: median(pauseMs),
      worstPauseMs: Math.max(...pauseMs),
      opMs: median(opMs),
      shownMs: median(shownMs),
      slowOpMs: opMs.sort((a, b) => a - b)[Math.floor(0.9 * ops)],
      stepMs: median(steps),
      speed,
    };
  } finally {
    await training.end();
  }
}
