import { expect, test } from 'vitest';
import { LoaderProblem } from '../../../../src/trainer/loader/loader-problem.js';
import { ExperimentProblem, problemOf, problemOfPart, tagFailure } from '../../../../src/trainer/loader/problem-of.js';
import { failureOf, TrainingFailure } from '../../../../src/trainer/runtime/failure.js';

const places = {
  file: '/home/ada/rps/experiment.ts',
  placeOfPart: (part: string) => ({
    file: '/home/ada/rps/experiment.ts',
    line: { loss: 30, model: 10, data: 8 }[part] ?? 1,
    column: 3,
  }),
  placeOfLayer: (label: string) =>
    label === 'dense_2' ? { file: '/home/ada/rps/experiment.ts', line: 20, column: 7 } : undefined,
};

function errorAt(stack: string, error: Error = new TypeError('x is not a function')): Error {
  error.stack = `${error.name}: ${error.message}\n${stack}`;
  return error;
}

const libraryFirst = `    at Engine.runKernel (file:///app/node_modules/@tensorflow/tfjs-core/engine.js:1:1)
    at node:internal/process/task_queues:95:5
    at model (file:///home/ada/rps/layers.ts?backstep=4:12:9)
    at file:///home/ada/rps/experiment.ts:19:11`;

test('an exception is said at the person’s innermost line, the version query left out', () => {
  expect(problemOf(errorAt(libraryFirst), places)).toMatchObject({
    severity: 'error',
    message: 'TypeError: x is not a function',
    file: '/home/ada/rps/layers.ts',
    line: 12,
    column: 9,
  });
});

test('a plain Error goes without its kind, a thrown text is quoted', () => {
  expect(problemOf(new Error('no hands found'), places).message).toBe('no hands found');
  expect(problemOf('oops', places)).toMatchObject({ message: 'The code threw "oops"', file: places.file });
  expect(problemOf({ code: 5 }, places).message).toBe('The code threw { code: 5 }');
  const hostile = new Proxy({}, { get: () => expect.fail('looked at') });
  expect(problemOf(hostile, places).message).toBe('The code threw {}');
});

test('a tag on the error wins over its stack', () => {
  const error = errorAt(libraryFirst);
  tagFailure(error, { file: '/home/ada/rps/experiment.ts', line: 22, column: 5 });
  tagFailure(error, { file: '/home/ada/rps/experiment.ts', line: 99, column: 5 });
  expect(problemOf(error, places)).toMatchObject({ line: 22, column: 5 });
});

test('what the module hooks found arrives whole, also inside another message', () => {
  const problem = {
    message: 'Syntax error: an expression is missing here',
    file: '/home/ada/rps/layers.ts',
    line: 3,
    column: 11,
  };
  expect(problemOf(new LoaderProblem(problem), places)).toEqual({ severity: 'error', ...problem });
  expect(problemOf(new Error(new LoaderProblem(problem).message), places)).toMatchObject(problem);
});

test('a module that does not link is said at its import', () => {
  const error = new SyntaxError("The requested module './a' does not provide an export named 'Batch'");
  error.stack = `file:///home/ada/rps/experiment.ts:2\nimport { Batch } from './a';\n         ^^^^^\nSyntaxError: …`;
  expect(problemOf(error, places)).toMatchObject({
    file: places.file,
    line: 2,
    column: 10,
    hint: expect.stringContaining('import type') as string,
  });
});

test('the engine’s failures stand at the layer to change, else at the part, else at what was thrown', () => {
  const layer = TrainingFailure.of([
    { severity: 'error', part: 'model', layer: 'dense_2', message: 'ends in 5 values', hint: 'Set units: 3.' },
  ]);
  expect(problemOf(layer, places)).toMatchObject({ line: 20, message: 'ends in 5 values', hint: 'Set units: 3.' });
  const loss = TrainingFailure.of([{ severity: 'error', part: 'loss', layer: 'dense_2', message: 'no such loss' }]);
  expect(problemOf(loss, places)).toMatchObject({ line: 30 });
  const thrown = new TrainingFailure('TypeError: x is not a function', { part: 'data', cause: errorAt(libraryFirst) });
  expect(problemOf(thrown, places)).toMatchObject({
    file: '/home/ada/rps/layers.ts',
    line: 12,
    message: 'TypeError: x is not a function',
  });
  const shape = new TrainingFailure('x', {
    part: 'model',
    cause: new ExperimentProblem({ message: 'too large', line: 21, column: 2 }),
  });
  expect(problemOf(shape, places)).toEqual({
    severity: 'error',
    file: places.file,
    message: 'too large',
    line: 21,
    column: 2,
  });
});

test('words that the engine found for a failure are shown, words that it only repeated are bettered', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const saved = new TrainingFailure('The state could not be saved to /runs/1: the disk is full.', { cause: full });
  expect(problemOf(saved, places).message).toBe('The state could not be saved to /runs/1: the disk is full.');
  const repeated = failureOf(errorAt(libraryFirst, new Error('Unknown activation function: rellu')), 'model');
  expect(problemOf(repeated, places)).toMatchObject({ message: "There is no activation 'rellu'", line: 12 });
});

test('a warning keeps being one', () => {
  expect(problemOfPart({ severity: 'warning', part: 'loss', message: 'odd' }, places)).toEqual({
    severity: 'warning',
    message: 'odd',
    file: places.file,
    line: 30,
    column: 3,
  });
});
