/**
 * What a pause of V8's is to a person: a stop that the training has announced itself, one on a line of
 * theirs, an exception, or nothing to stop for. Asks the training where it is; changes nothing.
 */
import type { Debugger } from 'node:inspector';
import path from 'node:path';
import type { StopPoint } from '../../shared/protocol/training.js';
import { isPersons, pathOf } from '../loader/stack-frames.js';
import type { ExceptionStops, ThrownException } from './exception-stops.js';
import type { InspectorClient } from './inspector-client.js';
import type { LineBreakpoints } from './line-breakpoints.js';
import { announcingFunction, type StopFacts, type Whereabouts } from './thread-messages.js';

export type PauseMeaning =
  | {
      readonly kind: 'stop';
      readonly facts: StopFacts;
      readonly thrown?: ThrownException;
      readonly hit: readonly number[];
      /** It is for a breakpoint in the library's code, which is to be seen. */
      readonly inLibrary?: boolean;
    }
  /** Nothing to stop for. */
  | { readonly kind: 'goOn' }
  /** A step by lines came out in code that is not the person's. */
  | { readonly kind: 'stepOn' };

/** What training was asked for when it paused. */
export interface PauseWishes {
  /** What it has said of the stop, where it announced one. */
  readonly announced: StopFacts | undefined;
  readonly stepsByLines: 'no' | 'over the library' | 'into the library';
  readonly pausing: boolean;
}

export class StopReader {
  private placeSource: string | undefined;

  constructor(
    private readonly inspector: InspectorClient,
    private readonly lines: LineBreakpoints,
    private readonly exceptions: ExceptionStops,
    private readonly stoppingPlace: string,
  ) {}

  async read(pause: Debugger.PausedEventDataType, wishes: PauseWishes): Promise<PauseMeaning> {
    const top = pause.callFrames[0]!;
    if (this.inspector.scriptOf(top) === this.stoppingPlace) {
      // A step by lines may come out at its beginning, where there is nothing to see yet.
      const { announced } = wishes;
      return announced && (await this.standsAtStatement(top))
        ? { kind: 'stop', facts: announced, hit: [] }
        : { kind: 'goOn' };
    }
    // What is read then would be recorded, too; the step itself comes after it.
    const { recording } = await this.inspector.ask<Whereabouts>('whereabouts');
    if (recording) return { kind: 'goOn' };
    if (pause.reason === 'exception' || pause.reason === 'promiseRejection') {
      const thrown = await this.exceptions.stopFor(pause);
      if (!thrown) return { kind: 'goOn' };
      const describe = (where: string): string => `${thrown.text.split('\n')[0]} at ${where}`;
      return { kind: 'stop', facts: await this.factsOf(pause, 'exception', describe), thrown, hit: [] };
    }
    // On its way to a stop of its own, which comes next.
    if (pause.callFrames.some(({ functionName }) => functionName === announcingFunction)) return { kind: 'goOn' };
    const hit = this.lines.hit(pause.hitBreakpoints ?? []);
    if (hit.length > 0) {
      const place = this.lines.libraryPlaceOf(hit);
      const facts = await this.factsOf(pause, 'breakpoint', place === undefined ? undefined : () => place);
      return { kind: 'stop', facts, hit, inLibrary: place !== undefined };
    }
    if (wishes.stepsByLines === 'over the library' && !this.isPersons(top)) return { kind: 'stepOn' };
    if (wishes.stepsByLines !== 'no') return { kind: 'stop', facts: await this.factsOf(pause, 'step'), hit };
    if (wishes.pausing && !pause.callFrames.some((frame) => this.isPersons(frame))) return { kind: 'goOn' };
    const describe = wishes.pausing ? undefined : (where: string) => `debugger statement at ${where}`;
    return { kind: 'stop', facts: await this.factsOf(pause, 'pause', describe), hit };
  }

  private async factsOf(
    { callFrames }: Debugger.PausedEventDataType,
    reason: StopPoint['reason'],
    describe = (where: string) => where,
  ): Promise<StopFacts> {
    const whereabouts = await this.inspector.ask<Whereabouts>('whereabouts');
    const { epoch, step, stepInEpoch, path: steps, lastStep, learningRate } = whereabouts;
    const person = callFrames.find((frame) => this.isPersons(frame));
    const file = person && this.lines.fileOf(pathOf(this.inspector.scriptOf(person))!);
    const line = person && person.location.lineNumber + 1;
    const where = file === undefined ? 'the library’s code' : `${path.basename(file)}:${line}`;
    const at: StopPoint = {
      reason,
      description: describe(where),
      breakpointIds: [],
      epoch,
      step,
      stepInEpoch,
      stands: 'line',
      ...(file === undefined ? {} : { file, line }),
      path: [...steps],
    };
    return { at, lastStep, learningRate };
  }

  private isPersons(frame: Debugger.CallFrame): boolean {
    const file = pathOf(this.inspector.scriptOf(frame));
    return file !== undefined && isPersons(file);
  }

  private async standsAtStatement({ location }: Debugger.CallFrame): Promise<boolean> {
    this.placeSource ??= await this.inspector.sourceOf(location.scriptId);
    const line = this.placeSource.split('\n')[location.lineNumber] ?? '';
    return line.slice(location.columnNumber ?? 0).startsWith('debugger');
  }
}
