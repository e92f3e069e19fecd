/**
 * The person's `console` as events with the line of each call, in place of text on a stream that may
 * carry something else. What native code prints still goes to the process's own streams.
 */
import * as tf from '@tensorflow/tfjs';
import { format } from 'node:util';
import type { TrainingEvent } from '../shared/protocol/training.js';
import { callersPlace } from './loader/stack-frames.js';

type LogEvent = Extract<TrainingEvent, { kind: 'log' }>;

const methods = {
  log: 'log',
  info: 'info',
  warn: 'warn',
  error: 'error',
  debug: 'debug',
  trace: 'debug',
  dir: 'log',
} as const;

/** TensorFlow.js recommends another package on its first use of the cpu backend; which backend is used is told elsewhere. */
const advertisement = /looks like you are running TensorFlow\.js in Node\.js/;

/** For the rest of the process. */
export function captureConsole(emit: (event: LogEvent) => void): void {
  for (const [method, level] of Object.entries(methods)) {
    Object.defineProperty(console, method, {
      configurable: true,
      writable: true,
      value: (...values: unknown[]) => {
        const place = callersPlace();
        if (!place && typeof values[0] === 'string' && advertisement.test(values[0])) return;
        emit({
          kind: 'log',
          level,
          text: format(...values.map((value) => (value instanceof tf.Tensor ? value.toString() : value))),
          ...(place ? { file: place.file, line: place.line } : {}),
          wallTime: Date.now(),
        });
      },
    });
  }
}
