/**
 * Compiles a step: runs it once for real while it is recorded, repeats it twice without computing, makes
 * a graph of it, and lets the graph prove itself against what the real one gave. Whatever does not hold
 * ends in a reason to stay eager; everything else is as it was before.
 */
import * as tf from '@tensorflow/tfjs';
import { slotsOf } from '../optimizer-state.js';
import { alias } from '../tfjs-internals.js';
import type { Compilation, CompileOptions, StepProgram, StepResult, StepWants } from './compiled-step.js';
import { completeGraph } from './complete-graph.js';
import { StepGraph } from './graph-of-trace.js';
import { putLearningRate, rateFactors, trialRates } from './learning-rate.js';
import { deepCopy, nativeBackend, type NativeBackend } from './native.js';
import type { Observed } from './observation.js';
import { proveEqual } from './proof.js';
import { Recording } from './recording.js';
import { Refusal } from './refusal.js';
import { Repetition } from './repetition.js';
import { SessionStep } from './session-step.js';
import { StepState } from './step-state.js';

/**
 * To be called between steps, after at least one eager one: optimizers make their slots in the first.
 * Never throws for what a step may do; it stays eager then.
 */
export function compileStep(program: StepProgram, { locate, first }: CompileOptions = {}): Compilation {
  const began = performance.now();
  const backend = nativeBackend();
  if (!backend) return { kind: 'eager', reason: `the ${tf.getBackend()} backend runs every step op by op` };
  let proven: Proven | undefined;
  try {
    proven = compile(backend, program, first);
    const { step, result, runMs } = proven;
    // The proof has left it one step ahead.
    if (first) step.staysAhead();
    else step.push();
    const setUpMs = performance.now() - began - (first ? runMs : 0);
    return { kind: 'compiled', step, setUpMs, ...(first && { first: { result, runMs } }) };
  } catch (error) {
    proven?.result.before?.dispose();
    proven?.step.dispose();
    return { kind: 'eager', reason: reasonOf(error, locate) };
  }
}

interface Proven {
  readonly step: SessionStep;
  /** Of the run that proved it, which took this long. */
  readonly result: StepResult;
  readonly runMs: number;
}

function reasonOf(error: unknown, locate: CompileOptions['locate']): string {
  if (!(error instanceof Refusal)) {
    const message = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    return `it could not be compiled (${message.slice(0, 200)})`;
  }
  const place = error.at && locate?.(error.at);
  return place ? `${error.message} (${place})` : error.message;
}

function compile(backend: NativeBackend, program: StepProgram, first: StepWants | undefined): Proven {
  const { optimizer } = program;
  for (const { name, tensor } of program.feeds) {
    if (tensor.dtype === 'string' || tensor.dtype === 'complex64') {
      throw new Refusal(`its ${name} is of type ${tensor.dtype}`);
    }
  }
  const variables = Object.values(tf.engine().registeredVariables);
  const state = new StepState(backend, variables, optimizer);
  const feeds = program.feeds.map(({ tensor }) => tf.keep(deepCopy(backend, tensor)));
  const after: tf.Tensor[] = [];
  try {
    state.useCopies();
    return recordAndProve({ backend, program, state, first, observed: { feeds, variables, optimizer }, after });
  } finally {
    state.restore();
    tf.dispose([...feeds, ...after]);
  }
}

interface Trial {
  readonly backend: NativeBackend;
  readonly program: StepProgram;
  readonly state: StepState;
  readonly observed: Observed;
  /** What is wanted of the proof's run, where that is to be the step. */
  readonly first: StepWants | undefined;
  /** Gets what is to be disposed in the end. */
  readonly after: tf.Tensor[];
}

function recordAndProve({ backend, program, state, first, observed, after }: Trial): Proven {
  const { optimizer } = program;
  const { feeds, variables } = observed;
  const rates = trialRates(optimizer);
  const setRate = (which: 'recorded' | 'repeated'): void => {
    if (rates) putLearningRate(optimizer, rates[which]);
  };

  setRate('recorded');
  const { numTensors } = tf.memory();
  const recording = new Recording(backend, observed);
  let eagerValues: number[] = [];
  recording.run(
    () => {
      const stop = program.watchOutputs?.((name, output) => recording.see(name, output));
      try {
        return program.run(feeds);
      } finally {
        stop?.();
      }
    },
    (results) => (eagerValues = results.map((result) => result.dataSync()[0]!)),
  );
  const { trace } = recording;
  const gone = numTensors - tf.memory().numTensors;
  // Masks of an earlier step are thrown away by their layers.
  if (gone > 0 && gone !== recording.masks) throw new Refusal('the step disposes tensors from outside');
  const numbersPerStep = state.numbersAdded();
  const eagerVariables = variables.map(alias);
  after.push(...eagerVariables);

  const repeat = (rate: 'recorded' | 'repeated'): Repetition => {
    state.useCopies();
    setRate(rate);
    const repetition = new Repetition(backend, observed, trace);
    repetition.run(() => program.run(feeds));
    if (JSON.stringify(state.numbersAdded()) !== JSON.stringify(numbersPerStep)) {
      throw new Refusal('the optimizer counts its steps in a way of its own');
    }
    return repetition;
  };
  const [own] = repeat('recorded').differences.values();
  if (own) throw new Refusal('the step computes with a number of JavaScript that is another one each time', own.at);
  const factors = rateFactors(trace, repeat('repeated').differences, rates);
  state.useCopies();

  const stepGraph = new StepGraph(
    trace,
    {
      feeds: program.feeds.map(({ name, tensor: { dtype, shape } }) => ({
        name,
        dtype: backend.getDTypeInteger(dtype),
        shape,
      })),
      variables: variables.map(({ name, dtype, shape }) => ({ name, dtype: backend.getDTypeInteger(dtype), shape })),
      rateFactors: factors,
    },
    backend.binding,
  );
  const numberOf = new Map(variables.map((variable, index) => [variable, index]));
  const trainable = program.trainable.map(({ variable }) => numberOf.get(variable));
  const weights = new Map<string, number>();
  for (const { name, variable } of program.weights ?? []) {
    const number = numberOf.get(variable);
    if (number !== undefined) weights.set(name, number);
  }
  const complete = completeGraph({ step: stepGraph, trace, optimizer, variables, trainable, weights });
  const step = new SessionStep({
    backend,
    complete,
    optimizer,
    variables,
    held: trace.held.map(({ handle }) => handle),
    numbersPerStep,
    weights: trainable.length,
  });
  let result: StepResult | undefined;
  try {
    // What counts is trained at the rate in use. The recorded one is so near that the proof does not see it.
    if (first) state.useRate();
    else setRate('recorded');
    const began = performance.now();
    result = step.run(feeds, { before: false, ...first, gradientNorms: true });
    const runMs = performance.now() - began;
    const { values, gradientNorms } = result;
    const before = variables.map(alias);
    after.push(...before);
    step.pull();
    const compiledVariables = variables.map(alias);
    after.push(...compiledVariables);
    const largestNorm = Math.max(...(gradientNorms ?? []).filter(Number.isFinite));
    const parts = partsOfState(program);
    proveEqual(
      before,
      { values: eagerValues, variables: eagerVariables },
      { values, variables: compiledVariables },
      variables.map((variable) => parts.get(variable)?.name ?? variable.name),
      (variable) => {
        const weight = parts.get(variables[variable]!)?.trainable;
        return weight !== undefined && isNoise(gradientNorms?.[weight], largestNorm);
      },
    );
    return { step, result, runMs };
  } catch (error) {
    result?.before?.dispose();
    step.dispose();
    throw error;
  }
}

interface StatePart {
  /** For a person: `dense_1/kernel`, `m of dense_1/kernel`. */
  readonly name: string;
  /** Place of the weight among the trainable ones. */
  readonly trainable: number | undefined;
}

/** The weights, and what the optimizer keeps for each of them. */
function partsOfState({ weights = [], trainable, optimizer }: StepProgram): ReadonlyMap<tf.Variable, StatePart> {
  const parts = new Map<tf.Variable, StatePart>();
  for (const { name, variable } of weights) parts.set(variable, { name, trainable: undefined });
  trainable.forEach(({ name, variable }, place) => parts.set(variable, { name, trainable: place }));
  const byName = new Map(trainable.map(({ variable }) => [variable.name, parts.get(variable)!]));
  for (const { owner, suffix, variable } of slotsOf(optimizer)) {
    const weight = owner === undefined ? undefined : byName.get(owner);
    if (weight) parts.set(variable, { ...weight, name: `${suffix} of ${weight.name}` });
  }
  return parts;
}

/** A bias in front of batch normalization has no gradient but rounding, which optimizers blow up. */
function isNoise(norm: number | undefined, largest: number): boolean {
  return norm !== undefined && norm >= 0 && norm < 1e-6 * largest;
}
