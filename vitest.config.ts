import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: './tests/global-setup.mjs',
    include: ['tests/unit/**/*.test.{ts,tsx}', 'tests/integration/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Tests of processes wait for them about a third of their time.
    maxWorkers: Math.min(8, availableParallelism() + 1),
    // Whatever graphics the machine has, “auto” is to end on the same backend.
    env: { BACKSTEP_WEBGPU: 'none' },
  },
});
