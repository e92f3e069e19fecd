import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Parts that keep nothing in their modules: their tests share processes, which start and load once. Stores of the
 * window and TensorFlow.js's engine are such states; what tests them has a process a file.
 */
const together = [
  'tests/unit/{shared,server,engine,reader}/**/*.test.ts',
  'tests/unit/trainer/{dap,loader,tensors}/**/*.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: './tests/global-setup.mjs',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // On a machine that others share: what passes only the second time is named at the end as flaky, and mended.
    retry: process.env['CI'] ? 1 : 0,
    pool: 'forks',
    // Tests of processes wait for them about a third of their time.
    maxWorkers: Math.min(8, availableParallelism() + 1),
    // Whatever graphics the machine has, “auto” is to end on the same backend.
    env: { BACKSTEP_WEBGPU: 'none' },
    projects: [
      { extends: true, test: { name: 'together', include: together, isolate: false } },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['tests/unit/**/*.test.{ts,tsx}', 'tests/integration/**/*.test.ts'],
          exclude: together,
        },
      },
    ],
  },
});
