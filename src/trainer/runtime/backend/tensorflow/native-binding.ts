/**
 * Loads the addon that connects TensorFlow's library with JavaScript, once a process, and says in
 * plain words why it cannot be. Knows nothing of TensorFlow.js.
 */
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import util from 'node:util';
import { messageOf } from '../../../../shared/base/message-of.js';
import type { Engine } from './find-engine.js';
import { processorTrouble, thisProcessor } from './processor.js';

export type NativeBinding = TFJSBinding;

/** The addon keeps one global state for all of a process. */
let loaded: { readonly addon: string; readonly binding: NativeBinding } | undefined;

/** @throws NativeLoadError where it cannot be loaded here */
export function loadBinding(engine: Engine): NativeBinding {
  if (loaded?.addon === engine.addon) return loaded.binding;
  if (loaded) throw new NativeLoadError('another native TensorFlow is in use in this process');
  const unfit = processorTrouble(thisProcessor());
  if (unfit) throw new NativeLoadError(unfit);
  restoreUtil();
  // The memory allocator and the linker have read theirs when the process began; TensorFlow reads its own now.
  for (const [name, value] of Object.entries(engine.environment)) process.env[name] ??= value;
  // Threads for a session of its own, so that a small model's steps can do without (`compiled/session-threads.ts`).
  if (engine.manifest.flavor === 'cpu') process.env['TF_OVERRIDE_GLOBAL_THREADPOOL'] ??= '1';
  // The same seed is to give the same bits on a GPU too.
  if (engine.manifest.flavor === 'cuda') process.env['TF_DETERMINISTIC_OPS'] ??= '1';
  const module = { exports: {} as NativeBinding };
  try {
    process.dlopen(module, engine.addon);
  } catch (error) {
    const message = messageOf(error);
    throw new NativeLoadError(reasonOfLoadFailure(message), { cause: error });
  }
  if (typeof module.exports.executeOp !== 'function') {
    throw new NativeLoadError(`${engine.addon} is not TensorFlow's addon`);
  }
  loaded = { addon: engine.addon, binding: module.exports };
  return module.exports;
}

/** The message completes "tensorflow is not in use: …". */
export class NativeLoadError extends Error {
  override readonly name = 'NativeLoadError';
}

/** From the dynamic linker's words, on any system. */
export function reasonOfLoadFailure(message: string): string {
  const [line = ''] = message.split('\n');
  const missing = /^(?:.*: )?([^\s:/]+\.so[\w.]*): cannot open shared object file/.exec(line)?.[1];
  if (missing) return `the library ${missing}, which native TensorFlow needs, is not found`;
  const notLoaded = /Library not loaded: (\S+)/.exec(message)?.[1];
  if (notLoaded) return `the library ${notLoaded}, which native TensorFlow needs, is not found`;
  if (/The specified module could not be found/i.test(message)) {
    return 'a library that native TensorFlow needs is not found';
  }
  if (
    /wrong ELF class|incompatible architecture|not a valid Win32 application|cannot open shared.*exec format/i.test(
      message,
    )
  ) {
    return 'the native TensorFlow that is installed is built for another processor';
  }
  const tooOld = /version [`'"](GLIBC(?:XX)?_[\d.]+)['"`] not found/.exec(message)?.[1];
  if (tooOld) return `this system's C library is older than native TensorFlow needs (${tooOld})`;
  if (/undefined symbol|Symbol not found|procedure could not be found/i.test(message)) {
    return 'the addon and the library of native TensorFlow do not fit together';
  }
  if (/different Node\.js version|NODE_MODULE_VERSION/i.test(message)) {
    return 'the addon of native TensorFlow was built for another version of Node';
  }
  if (/invalid ELF header|file too short|not a mach-o file|ELF load command|cannot read file data/i.test(message)) {
    return 'a file of native TensorFlow is damaged';
  }
  return `native TensorFlow cannot be loaded: ${line}`;
}

/** The package calls these, which Node 23 took away. */
function restoreUtil(): void {
  const target = util as unknown as Record<string, unknown>;
  target['isNullOrUndefined'] ??= (value: unknown) => value === undefined || value === null;
  target['isArray'] ??= Array.isArray;
}
