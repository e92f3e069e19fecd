/** Kernels that native TensorFlow does better than the package's way to it. A new one is one file and one line. */
import { registerActivationGradients } from './activation-gradients.js';
import { registerGather } from './gather.js';
import { registerMatMul } from './mat-mul.js';
import { registerMaxPool } from './max-pool.js';
import { registerOnCpu } from './on-cpu.js';
import { registerSameData } from './same-data.js';
import { registerStatelessRandom } from './stateless-random.js';
import { registerStep } from './step.js';
import { registerSum } from './sum.js';

export function registerNativeKernels(): void {
  registerActivationGradients();
  registerGather();
  registerMatMul();
  registerMaxPool();
  registerSameData();
  registerStatelessRandom();
  registerStep();
  registerSum();
  registerOnCpu();
}
