/** Entry of the image workers: takes tasks, answers each once, hands the pixels over without copying. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../shared/base/message-of.js';
import { type ImageTask, ImageWork } from './images/image-work.js';

export interface ImageWorkerRequest {
  readonly id: number;
  readonly task: ImageTask;
}
export type ImageWorkerReply =
  | { readonly id: number; readonly kind: 'done'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string };

const port = parentPort;
if (!port) throw new Error('image-worker is started by the trainer, not by hand');
const work = new ImageWork();

port.on('message', ({ id, task }: ImageWorkerRequest) => {
  const reply = (message: ImageWorkerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  work.run(task).then(
    (result) => {
      const buffers = result && 'pixels' in result ? [result.pixels.buffer] : [];
      reply({ id, kind: 'done', result }, buffers);
    },
    (error: unknown) => reply({ id, kind: 'failed', message: messageOf(error) }),
  );
});
