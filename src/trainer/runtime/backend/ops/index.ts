/** Ops of training that are put into TensorFlow.js's registries once, for all backends: gradients, updates, repairs. */
import { repairResizeGradients } from '../cpu/resize-gradients.js';
import { registerActivationGradients } from './activation-gradients.js';
import { registerDilatedGradients } from './dilated-gradients.js';
import { fuseOptimizerUpdates } from './optimizer-updates.js';
import { registerReluGradients } from './relu-gradients.js';
import { registerTileGradient } from './tile-gradients.js';

let done = false;

export function registerTrainingOps(): void {
  if (done) return;
  done = true;
  registerReluGradients();
  registerActivationGradients();
  registerDilatedGradients();
  registerTileGradient();
  fuseOptimizerUpdates();
  repairResizeGradients();
}
