/** What a job works with: where things are, the machine as it was found, and whom to tell. Tests hand in their own. */
import type { Writable } from 'node:stream';
import type { EngineMessage } from '../shared/protocol/engine.js';
import type { AddonSource } from './build/addon-inputs.js';
import type { HttpClient } from './index/http-client.js';
import type { PipSettings } from './index/pip-settings.js';
import type { Machine } from './machine/machine.js';

export interface InstallerPlaces extends AddonSource {
  /** `$BACKSTEP_HOME/engines`. */
  readonly engines: string;
  /** `include/` of node-api-headers. */
  readonly nodeHeaders: string;
  /** `<platform>-<arch>/napi-v8/tfjs_binding.node` below it, where a release brings it. */
  readonly prebuilds: string;
  /** Started as `<node> <proof> <engine's folder>`; says over IPC how it went. */
  readonly proof: string;
  /** The trainer's entry: `<node> <trainer> backends`. */
  readonly trainer: string;
}

export interface EngineContext {
  readonly places: InstallerPlaces;
  readonly machine: Machine;
  readonly settings: PipSettings;
  readonly http: HttpClient;
  readonly environment: NodeJS.ProcessEnv;
  /** Ends the job: what is downloaded stays, what is half made goes. */
  readonly signal: AbortSignal;
  say(message: EngineMessage): void;
  /** Where unpacked files go: `createWriteStream`, but for tests of full disks. */
  openFile(file: string): Writable;
}
