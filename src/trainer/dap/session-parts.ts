/**
 * What one debugging session is made of, as the handlers of its requests see it: each group of them, in
 * `requests/`, is a function of these parts. Knows no request.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { TrainingEvent } from '../../shared/protocol/training.js';
import type { ExceptionStops } from './exception-stops.js';
import type { InspectorClient } from './inspector-client.js';
import type { KnownBreakpoints } from './known-breakpoints.js';
import type { LibraryLines } from './library-lines.js';
import type { LibrarySources } from './library-sources.js';
import type { LineBreakpoints } from './line-breakpoints.js';
import type { ReceivedBytes } from './received-bytes.js';
import type { Handler } from './request-table.js';
import type { SharedFlags } from './shared-flags.js';
import type { ThreadDebugger } from './thread-debugger.js';
import type { ControlMessage } from './thread-messages.js';
import type { TrainingThread } from './training-thread.js';

export interface SessionParts {
  readonly inspector: InspectorClient;
  readonly flags: SharedFlags;
  readonly lines: LineBreakpoints;
  readonly exceptions: ExceptionStops;
  readonly library: LibrarySources;
  readonly libraryLines: LibraryLines;
  readonly trainingBreakpoints: KnownBreakpoints;
  readonly threadDebugger: ThreadDebugger;
  /** The training thread: stands or runs, is stepped and paused. */
  readonly thread: TrainingThread;
  /** What the training thread sends apart from its answers. */
  readonly bytes: ReceivedBytes;
  /** To the training thread, which reads it between steps. */
  readonly control: (message: ControlMessage) => void;
  /** What the front end has said of itself; nothing before `initialize`. */
  readonly client: () => Partial<DebugProtocol.InitializeRequestArguments>;
  /** An event of the protocol, at once. */
  readonly event: (name: string, body?: unknown) => void;
  /** Training events of the session's own, in order with those of the training. */
  readonly say: (event: TrainingEvent) => void;
}

/** Handlers by the name of the request. */
export type Handlers = Readonly<Record<string, Handler | undefined>>;

/** What the front end shows of a stop is out of date, where it wants to know. */
export function tellChanged({ client, event }: SessionParts, area: 'variables' | 'stacks'): void {
  if (client().supportsInvalidatedEvent) event('invalidated', { areas: [area], threadId: 1 });
}
