/**
 * A graph in a TensorFlow session of its own. The addon loads one as a SavedModel from a folder, which
 * is gone again as soon as it has been read.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeGraph, savedModelOf } from '../../../shared/graph/saved-model.js';
import type { Graph } from './graph.js';
import { nodeMessages } from './graph-messages.js';
import type { Binding, Handle, HandleInfo } from './native.js';
import { withSessionThreads, threadsFor } from './session-threads.js';

export class GraphSession {
  /** Encoded. */
  readonly graphDef: Uint8Array;
  private id: number | undefined;

  /** @throws Error where TensorFlow does not take the graph */
  constructor(
    private readonly binding: Binding,
    graph: Graph,
  ) {
    const folder = temporaryFolder();
    try {
      this.graphDef = encodeGraph(nodeMessages(graph));
      writeFileSync(path.join(folder, 'saved_model.pb'), savedModelOf(this.graphDef));
      this.id = withSessionThreads(threadsFor(graph), () => binding.loadSavedModel(folder, 'serve'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** `feeds` and `fetches` are names of tensors. The results are the caller's to delete. @throws Error of TensorFlow's */
  run(feeds: readonly string[], handles: readonly Handle[], fetches: readonly string[]): HandleInfo[] {
    if (this.id === undefined) throw new Error('This session has been closed.');
    return this.binding.runSavedModel(this.id, handles as Handle[], feeds.join(','), fetches.join(','));
  }

  dispose(): void {
    if (this.id === undefined) return;
    this.binding.deleteSavedModel(this.id);
    this.id = undefined;
  }
}

/** In memory, where the system has a folder of it that can be written to. */
function temporaryFolder(): string {
  const name = 'backstep-graph-';
  const memory = '/dev/shm';
  if (existsSync(memory)) {
    try {
      return mkdtempSync(path.join(memory, name));
    } catch (error) {
      // Not ours to write to: the disk will do.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return mkdtempSync(path.join(tmpdir(), name));
}
