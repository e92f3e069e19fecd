/**
 * What a training is busy with before and between its steps, as the Debug Adapter Protocol's progress
 * events, for front ends that show them. Knows the training's events alone.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { TrainingEvent } from '../../shared/protocol/training.js';

type Activity = Extract<TrainingEvent, { kind: 'activity' }>;

const titles: Readonly<Record<Activity['activity'], string | undefined>> = {
  loading: 'Loading',
  data: 'Loading data',
  model: 'Building the model',
  training: undefined,
  validating: 'Validating',
  saving: 'Saving',
  idle: undefined,
};

export class ProgressReports {
  private underWay: { readonly id: string; readonly title: string } | undefined;
  private count = 0;

  constructor(private readonly event: (name: string, body: unknown) => void) {}

  take(event: TrainingEvent): void {
    if (event.kind === 'activity') this.becomes(event);
    // Whatever it was, it is done.
    else if (event.kind === 'step' || event.kind === 'epoch' || event.kind === 'error') this.end();
  }

  isUnderWay(id: string): boolean {
    return this.underWay?.id === id;
  }

  /** Nothing more is under way. */
  end(): void {
    if (this.underWay) this.event('progressEnd', { progressId: this.underWay.id } satisfies End);
    this.underWay = undefined;
  }

  private becomes(activity: Activity): void {
    // While training, only what it stops for is worth a word, such as compiling.
    const title = titles[activity.activity] ?? activity.message;
    const details = { message: activity.message, ...percentageOf(activity) };
    if (title !== undefined && title === this.underWay?.title) {
      this.event('progressUpdate', { progressId: this.underWay.id, ...details } satisfies Update);
      return;
    }
    this.end();
    if (title === undefined) return;
    this.underWay = { id: `activity ${++this.count}`, title };
    const start: Start = { progressId: this.underWay.id, title, cancellable: true, ...details };
    this.event('progressStart', start);
  }
}

type Start = DebugProtocol.ProgressStartEvent['body'];
type Update = DebugProtocol.ProgressUpdateEvent['body'];
type End = DebugProtocol.ProgressEndEvent['body'];

function percentageOf({ done, total }: Activity): { readonly percentage?: number } {
  return done === undefined || !total ? {} : { percentage: Math.min(100, Math.round((done / total) * 100)) };
}
