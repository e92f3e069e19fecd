/** The backends that Backstep knows, best first. A new one is one file and one line. */
import type { BackendKind } from './backend.js';
import { cpu } from './cpu.js';
import { tensorflow } from './tensorflow.js';
import { wasm } from './wasm.js';
import { webgpu } from './webgpu.js';

export const backendKinds: readonly BackendKind[] = [tensorflow, webgpu, wasm, cpu];
