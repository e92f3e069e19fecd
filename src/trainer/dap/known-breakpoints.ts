/**
 * The breakpoints on places of the training that the front end has set, in whichever way, and what the run
 * that is under way makes of them. Of the protocol only its events about breakpoints.
 */
import { describePlace } from '../../shared/breakpoints/describe-place.js';
import type { BreakpointStatus } from '../../shared/protocol/dap.js';
import type { TrainingBreakpoint, TrainingEvent } from '../../shared/protocol/training.js';
import { ruleInfos } from '../diagnosis/find.js';
import type { ControlMessage } from './thread-messages.js';
import { namedInFull, verifyBreakpoint, type KnownRun } from './verify-breakpoint.js';

/** How they were set: by Backstep's own request, or by one of the protocol's. */
export type BreakpointSource = 'own' | 'function' | 'data' | 'instruction';

/** A breakpoint, or why it is none, as far as the names of the run are known. */
export type MakeBreakpoint = (
  id: string,
  known: KnownRun,
) => { readonly breakpoint?: TrainingBreakpoint; readonly problem?: string };

interface Entry {
  readonly id: string;
  readonly make: MakeBreakpoint;
  breakpoint: TrainingBreakpoint | undefined;
  status: BreakpointStatus;
  /** Of its condition, at its place. */
  failure?: string;
}

export interface KnownBreakpointsOptions {
  readonly control: (message: ControlMessage) => void;
  readonly event: (name: string, body: unknown) => void;
  readonly say: (event: TrainingEvent) => void;
}

/** Above all numbers that lines count up to. */
const FIRST_NUMBER = 1_000_001;

export class KnownBreakpoints {
  private readonly bySource = new Map<BreakpointSource, readonly Entry[]>();
  private nextNumber = FIRST_NUMBER;
  known: KnownRun = { rules: ruleInfos().map(({ rule }) => rule) };

  constructor(private readonly options: KnownBreakpointsOptions) {}

  /** Takes the place of all of Backstep's own. */
  set(breakpoints: readonly TrainingBreakpoint[]): BreakpointStatus[] {
    return this.put(
      'own',
      breakpoints.map((breakpoint) => this.entry(breakpoint.id, () => ({ breakpoint }))),
    );
  }

  /** Takes the place of all that were set in this way of the protocol's. */
  setByProtocol(source: Exclude<BreakpointSource, 'own'>, makers: readonly MakeBreakpoint[]) {
    const entries = makers.map((make) => this.entry(`${source} breakpoint ${this.nextNumber++}`, make));
    return this.put(source, entries).map(shown);
  }

  /** Takes all away, however they were set. */
  clear(): void {
    this.bySource.clear();
    this.sendAll();
  }

  /** A run begins that has these names. */
  runStarts({ metricNames, layers }: Extract<TrainingEvent, { kind: 'start' }>): void {
    // A step of the person's own names its metrics when it has run.
    const metrics = metricNames.length > 0 ? { metrics: metricNames } : {};
    this.learns({ ...metrics, layers: layers.map(({ layer }) => layer) });
  }

  learns(names: KnownRun): void {
    this.known = { ...this.known, ...names };
    let changed = false;
    for (const entry of this.entries) {
      const before = JSON.stringify(entry.breakpoint);
      const status = this.read(entry);
      changed ||= JSON.stringify(entry.breakpoint) !== before;
      if (status.message !== entry.status.message) this.tell(entry, status);
    }
    if (changed) this.sendAll();
  }

  /** A condition or log message of it could not be read at its place: it counts as not met. */
  failed(id: string, message: string): void {
    const entry = this.entries.find((one) => one.id === id);
    // What is known to be wrong need not be tried.
    if (!entry?.status.verified) return;
    entry.failure = message;
    this.tell(entry, { id, verified: false, message });
  }

  /** The protocol's numbers of those that it has set, and why training has stopped at them, in its words. */
  inProtocol(ids: readonly string[]): { readonly numbers: number[]; readonly reason?: string } {
    const own = ids.flatMap((id) => {
      const match = /^((?:function|data|instruction) breakpoint) (\d+)$/.exec(id);
      return match ? [{ reason: match[1]!, number: Number(match[2]) }] : [];
    });
    const [first] = own;
    return { numbers: own.map(({ number }) => number), ...(first ? { reason: first.reason } : {}) };
  }

  private get entries(): readonly Entry[] {
    return [...this.bySource.values()].flat();
  }

  private entry(id: string, make: MakeBreakpoint): Entry {
    const entry: Entry = { id, make, breakpoint: undefined, status: { id, verified: true } };
    entry.status = this.read(entry);
    return entry;
  }

  private read(entry: Entry): BreakpointStatus {
    const { id, make } = entry;
    const { breakpoint: made, problem } = make(id, this.known);
    const breakpoint = made && namedInFull(made, this.known);
    entry.breakpoint = breakpoint;
    if (problem !== undefined) return { id, verified: false, message: problem };
    const status = breakpoint ? verifyBreakpoint(breakpoint, this.known) : { id, verified: true };
    return status.verified && entry.failure !== undefined ? { id, verified: false, message: entry.failure } : status;
  }

  private put(source: BreakpointSource, entries: readonly Entry[]): BreakpointStatus[] {
    this.bySource.set(source, entries);
    this.sendAll();
    return entries.map(({ status }) => status);
  }

  private sendAll(): void {
    const breakpoints = this.entries.flatMap(({ breakpoint }) => breakpoint ?? []);
    this.options.control({ breakpoints });
  }

  private tell(entry: Entry, status: BreakpointStatus): void {
    entry.status = status;
    const { event, say } = this.options;
    if (this.bySource.get('own')?.includes(entry)) event('backstep/breakpoints', { breakpoints: [status] });
    else event('breakpoint', { reason: 'changed', breakpoint: shown(status) });
    const { breakpoint } = entry;
    if (status.verified || breakpoint?.enabled === false) return;
    const what = breakpoint ? describePlace(breakpoint.at) : entry.id;
    say({ kind: 'notice', severity: 'warning', message: `The breakpoint “${what}” cannot be hit: ${status.message}` });
  }
}

function shown({ id, verified, message }: BreakpointStatus) {
  return { id: Number(/\d+$/.exec(id)![0]), verified, ...(message === undefined ? {} : { message }) };
}
