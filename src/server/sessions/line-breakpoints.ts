/**
 * The person's breakpoints on lines and exceptions, as requests to one trainer, and its answers by the
 * breakpoints' own ids. Knows no pipes.
 */
import type { Debugging, LineBreakpoint, LineStatus } from '../../shared/protocol/debugging.js';
import type { DapMessage } from './dap-stream.js';

type Ask = (command: string, args: unknown) => Promise<DapMessage>;

interface Shown {
  readonly id?: number;
  readonly verified?: boolean;
  readonly line?: number;
  readonly message?: string;
}

export class LineBreakpoints {
  /** By the trainer's number. */
  private readonly known = new Map<number, LineBreakpoint>();
  /** As the trainer was told of each file. */
  private readonly told = new Map<string, string>();
  private exceptions = '[]';

  constructor(
    private readonly ask: Ask,
    /** What the trainer says of some of them. */
    private readonly tell: (lines: Readonly<Record<string, LineStatus>>) => void,
  ) {}

  /** Sends at once, in one go, what differs from what the trainer knows; files without any left are emptied. */
  set({ lines, exceptions }: Debugging): void {
    const enabled = lines.filter((line) => line.enabled);
    for (const file of new Set([...this.told.keys(), ...enabled.map((line) => line.file)])) {
      this.setFile(
        file,
        enabled.filter((line) => line.file === file),
      );
    }
    const filters = JSON.stringify(exceptions);
    if (filters === this.exceptions) return;
    this.exceptions = filters;
    void this.ask('setExceptionBreakpoints', { filters: exceptions });
  }

  /** The body of a `breakpoint` event. */
  changed(body: unknown): void {
    const shown = (body as { readonly breakpoint?: Shown } | undefined)?.breakpoint;
    const line = shown?.id === undefined ? undefined : this.known.get(shown.id);
    if (shown && line) this.tell({ [line.id]: statusOf(line, shown) });
  }

  private setFile(file: string, lines: readonly LineBreakpoint[]): void {
    const text = JSON.stringify(lines);
    if (this.told.get(file) === text) return;
    if (lines.length > 0) this.told.set(file, text);
    else this.told.delete(file);
    const breakpoints = lines.map(({ line, condition, hitCondition, logMessage }) => ({
      line,
      condition,
      hitCondition,
      logMessage,
    }));
    void this.ask('setBreakpoints', { source: { path: file }, breakpoints }).then((answer) => {
      const shown = (answer.body as { readonly breakpoints?: readonly Shown[] } | undefined)?.breakpoints;
      const statuses = lines.map((line, index): [string, LineStatus] => {
        const one = shown?.[index] ?? { verified: false, message: answer.message };
        if (one.id !== undefined) this.known.set(one.id, line);
        return [line.id, statusOf(line, one)];
      });
      if (statuses.length > 0) this.tell(Object.fromEntries(statuses));
    });
  }
}

function statusOf(wish: LineBreakpoint, { verified = false, line, message }: Shown): LineStatus {
  return {
    verified,
    wished: wish.line,
    ...(verified && line !== undefined ? { line } : {}),
    ...(message === undefined ? {} : { message }),
  };
}
