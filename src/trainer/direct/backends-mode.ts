/** Says over IPC which backends work here and why the others do not, then ends. */
import { stringifyMessage } from '../../shared/base/message-json.js';
import { backendStatuses } from '../runtime/backend/backend.js';

export async function backendsMode(): Promise<void> {
  process.send?.(stringifyMessage({ kind: 'backends', statuses: await backendStatuses() }), () => process.exit(0));
}
