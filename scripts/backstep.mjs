#!/usr/bin/env node
// The `backstep` command in a checkout: builds what is out of date, then runs the bundled command line.
import { build } from './build.mjs';

await build({ only: ['trainer', 'cli', 'engine', 'reader'], say: (text) => console.error(text) });
await import('../dist/cli/main.js');
