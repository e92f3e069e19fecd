/** Ops of training that are not a backend's: gradients and updates, put into TensorFlow.js's registries once. */
import { registerDilatedGradients } from './dilated-gradients.js';
import { fuseOptimizerUpdates } from './optimizer-updates.js';
import { registerReluGradients } from './relu-gradients.js';

export function registerTrainingOps(): void {
  registerReluGradients();
  registerDilatedGradients();
  fuseOptimizerUpdates();
}
