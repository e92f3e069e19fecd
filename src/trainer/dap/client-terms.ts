/**
 * What a front end counts and names in its own way: lines and columns from 0 or 1, files by paths or by URIs.
 * Everything behind it counts from 1 and names files by paths. Backstep's own requests and fields do so on
 * both sides. Knows no session.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf } from '../../shared/base/message-of.js';

export interface ClientTerms {
  /** Arguments of a request of the protocol's, as handlers take them. @throws Error for a URI of no file */
  ours(command: string, args: object): object;
  /** A response or an event, as the front end takes it. */
  theirs(message: DebugProtocol.ProtocolMessage): DebugProtocol.ProtocolMessage;
}

type Said = Pick<DebugProtocol.InitializeRequestArguments, 'linesStartAt1' | 'columnsStartAt1' | 'pathFormat'>;

/** Requests that speak of places in files, in their arguments or their answer, and events that do. */
const requests = new Set([
  'setBreakpoints',
  'breakpointLocations',
  'source',
  'loadedSources',
  'stackTrace',
  'stepInTargets',
  'completions',
]);
const events = new Set(['breakpoint', 'output', 'loadedSource']);

const lineNames = new Set(['line', 'endLine', 'lines']);
const columnNames = new Set(['column', 'endColumn', 'start']);

interface Conversion {
  line(value: number): number;
  column(value: number): number;
  path(value: string): string;
}

export function clientTerms({ linesStartAt1 = true, columnsStartAt1 = true, pathFormat = 'path' }: Said): ClientTerms {
  const byUri = pathFormat === 'uri';
  if (linesStartAt1 && columnsStartAt1 && !byUri) return { ours: (_, args) => args, theirs: (message) => message };
  const up = (startsAt1: boolean) => (value: number) => (startsAt1 ? value : value + 1);
  // 0 stands for a place that there is not.
  const down = (startsAt1: boolean) => (value: number) => (startsAt1 ? value : Math.max(0, value - 1));
  const ours: Conversion = {
    line: up(linesStartAt1),
    column: up(columnsStartAt1),
    path: (value) => (byUri && /^[a-z][a-z0-9+.-]+:/i.test(value) ? pathOfUri(value) : value),
  };
  const theirs: Conversion = {
    line: down(linesStartAt1),
    column: down(columnsStartAt1),
    path: (value) => (byUri && isPath(value) ? pathToFileURL(value).href : value),
  };
  return {
    ours: (command, args) => (requests.has(command) ? (converted(args, ours) as object) : args),
    theirs: (message) => {
      const { type, event, command, body } = message as DebugProtocol.Event & DebugProtocol.Response;
      const speaksOfPlaces = type === 'event' ? events.has(event) : requests.has(command);
      if (!speaksOfPlaces || body === undefined) return message;
      return { ...message, body: converted(body, theirs) } as DebugProtocol.ProtocolMessage;
    },
  };
}

function converted(value: unknown, by: Conversion, name = '', whose = ''): unknown {
  if (typeof value === 'number') {
    if (lineNames.has(name)) return by.line(value);
    return columnNames.has(name) ? by.column(value) : value;
  }
  if (typeof value === 'string') return name === 'path' && isSource(whose) ? by.path(value) : value;
  if (Array.isArray(value)) return value.map((one) => converted(one, by, name, whose));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, converted(one, by, key, name)]));
}

function isSource(name: string): boolean {
  return name === 'source' || name === 'sources';
}

/** Names of the library's files are none. */
function isPath(value: string): boolean {
  return value.startsWith('/') || /^[a-z]:[\\/]/i.test(value);
}

function pathOfUri(uri: string): string {
  if (!uri.startsWith('file:')) return uri;
  try {
    return fileURLToPath(uri);
  } catch (error) {
    throw new Error(`${uri} names no file of this machine: ${messageOf(error)}.`);
  }
}
