/** Which tensors there are of a layer at this stop: read from the debugger's Model scope. */
import { messageOf } from '../../src/shared/base/message-of.js';
import type { TensorPlace } from '../../src/shared/protocol/tensors.js';
import { appStore, notify } from './app-state.js';
import { server } from './server.js';
import { evaluationFrame, readInside } from './stop-view.js';

export interface LayerTensor {
  readonly label: string;
  readonly place: Exclude<TensorPlace, { readonly kind: 'variable' }>;
}

/** Output, then each weight and its gradient; empty while training runs. */
export async function tensorsOfLayer(layer: string): Promise<readonly LayerTensor[]> {
  const frame = evaluationFrame();
  if (frame === undefined || appStore.getState().session?.status !== 'paused') return [];
  try {
    const { scopes } = (await server().dap('scopes', { frameId: frame })) as {
      readonly scopes: readonly { readonly name: string; readonly variablesReference: number }[];
    };
    const model = scopes.find(({ name }) => name === 'Model');
    if (!model) return [];
    const inside = (await readInside(model.variablesReference)).find(({ name }) => name === layer);
    if (!inside) return [];
    return (await readInside(inside.reference)).flatMap(({ name }) => tensorCalled(name, layer) ?? []);
  } catch (error) {
    notify({ severity: 'warning', message: messageOf(error) });
    return [];
  }
}

/** As the Model scope calls it: `output`, `kernel`, `gradient of kernel`. */
export function tensorCalled(name: string, layer: string): LayerTensor | undefined {
  if (name === 'layer') return undefined;
  if (name === 'output') return { label: 'Output', place: { kind: 'activation', layer } };
  const gradient = /^gradient of (.+)$/.exec(name)?.[1];
  return gradient === undefined
    ? { label: `Weight ${name}`, place: { kind: 'weight', weight: `${layer}/${name}` } }
    : { label: `Gradient of ${gradient}`, place: { kind: 'gradient', weight: `${layer}/${gradient}` } };
}
