/** What `backstep doctor` says of native TensorFlow: what is installed, or what would have to be there first. */
import type { EngineStatus } from '../shared/protocol/engine.js';
import type { Finding } from './finding.js';
import { runInstaller } from './installer-child.js';

export const installEngine = 'backstep engine install';

export async function engineFinding(): Promise<Finding> {
  let status: EngineStatus | undefined;
  const { errorTail } = await runInstaller(
    { kind: 'status' },
    (message) => {
      if (message.kind === 'done') status = message.status;
    },
    () => undefined,
  );
  if (!status) {
    return { name: 'Engine', state: 'limited', detail: `cannot be looked at: ${errorTail}`, change: 'npm run build' };
  }
  return findingOf(status);
}

export function findingOf({ installed, obstacles }: EngineStatus): Finding {
  const name = 'Engine';
  if (installed && installed.trouble === undefined) {
    const kind = installed.flavor === 'cuda' ? 'for NVIDIA GPUs' : 'for the processor';
    return { name, state: 'works', detail: `TensorFlow ${installed.version} ${kind}, ${installed.folder}` };
  }
  const now = installed ? `it cannot be used as it is: ${installed.trouble}` : 'not installed';
  if (obstacles.length === 0) {
    return { name, state: 'limited', detail: `${now}; it can be set up here`, change: installEngine };
  }
  return {
    name,
    state: 'limited',
    detail: `${now}. ${obstacles.map(({ message }) => message).join(' ')}`,
    change: obstacles.find(({ hint }) => hint !== undefined)?.hint,
  };
}
