import { expect, test } from 'vitest';
import type { TrainingEvent } from '../../../../src/shared/protocol/training.js';
import { ProgressReports } from '../../../../src/trainer/dap/progress-reports.js';

type Activity = Extract<TrainingEvent, { kind: 'activity' }>;
const activity = (name: Activity['activity'], more: Partial<Activity> = {}): Activity => ({
  kind: 'activity',
  activity: name,
  ...more,
});

test('each activity begins once, tells how far it is, and ends when the next one begins', () => {
  const told: unknown[] = [];
  const reports = new ProgressReports((name, body) => told.push([name, body]));
  reports.take(activity('loading', { message: 'Starting the backend' }));
  reports.take(activity('data', { message: 'Loading the data' }));
  reports.take(activity('data', { message: '3 of 12 files', done: 3, total: 12 }));
  expect(reports.isUnderWay('activity 2')).toBe(true);
  reports.take(activity('training'));
  reports.take(activity('training', { message: 'Compiling the training step' }));
  reports.take({ kind: 'error', message: 'no' });
  reports.end();
  expect(told).toEqual([
    [
      'progressStart',
      { progressId: 'activity 1', title: 'Loading', cancellable: true, message: 'Starting the backend' },
    ],
    ['progressEnd', { progressId: 'activity 1' }],
    [
      'progressStart',
      { progressId: 'activity 2', title: 'Loading data', cancellable: true, message: 'Loading the data' },
    ],
    ['progressUpdate', { progressId: 'activity 2', message: '3 of 12 files', percentage: 25 }],
    ['progressEnd', { progressId: 'activity 2' }],
    [
      'progressStart',
      {
        ...{ progressId: 'activity 3', title: 'Compiling the training step', cancellable: true },
        message: 'Compiling the training step',
      },
    ],
    ['progressEnd', { progressId: 'activity 3' }],
  ]);
});
