/** A training for a person at a terminal: a bar an epoch with time left on standard error, their own console on standard output. */
import { SingleBar } from 'cli-progress';
import type { SummaryCost, TrainingEvent } from '../shared/protocol/training.js';
import { summaryCostWords } from '../shared/session/summary-cost.js';
import { findingText, isWorthSaying, problemText } from './problem-text.js';
import { sizeText } from './size-text.js';

type StartEvent = Extract<TrainingEvent, { kind: 'start' }>;

export class ProgressView {
  private readonly bar: SingleBar | undefined;
  private barRuns = false;
  private start: StartEvent | undefined;
  /** Exponential mean, for the time left. */
  private stepMs: number | undefined;

  constructor(private readonly terminal: boolean = process.stderr.isTTY) {
    if (!terminal) return;
    this.bar = new SingleBar({
      format: ' {epoch} {bar} {value}/{total} · {values} · {rate}{left}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
      stream: process.stderr,
    });
  }

  take(event: TrainingEvent): void {
    switch (event.kind) {
      case 'start':
        this.start = event;
        this.say(
          `${event.name}: ${event.params.toLocaleString('en-US')} parameters on ${event.backend} (${event.device})`,
        );
        this.say(`data: ${event.data.description}`);
        this.say(`run: ${event.runDir}`);
        break;
      case 'step':
        this.showStep(event);
        break;
      case 'epoch': {
        this.endBar();
        const validation = event.validation ? ` · validation ${values(event.validation)}` : '';
        const total = ofEpochs(this.start, event.epoch);
        this.say(
          `epoch ${event.epoch}${total} · ${values({ loss: event.loss, ...event.metrics })}${validation} · ${duration(event.epochMs)}`,
        );
        break;
      }
      case 'log':
        this.between(() =>
          (event.level === 'warn' || event.level === 'error' ? process.stderr : process.stdout).write(
            `${event.text}\n`,
          ),
        );
        break;
      case 'notice':
        this.say(problemText(event));
        break;
      case 'finding':
        if (isWorthSaying(event.finding)) this.say(findingText(event.finding));
        break;
      case 'end':
        this.endBar();
        this.say(
          `${event.reason === 'completed' ? 'done' : 'stopped, state saved'} after ${event.steps.toLocaleString('en-US')} ${event.steps === 1 ? 'step' : 'steps'} in ${duration(event.wallMs)} · ${event.runDir}`,
        );
        if (event.summaries) this.say(summariesText(event.summaries));
        break;
      case 'error':
        this.endBar();
        this.say(problemText({ ...event, severity: 'error' }));
        break;
      case 'activity':
        if (event.message && !this.barRuns && this.terminal && event.activity !== 'training') this.say(event.message);
        break;
      case 'speed':
        this.say(speedText(event));
        break;
      case 'memory':
        break;
    }
  }

  say(text: string): void {
    this.between(() => process.stderr.write(`${text}\n`));
  }

  private showStep(event: Extract<TrainingEvent, { kind: 'step' }>): void {
    const { start, bar } = this;
    if (!start || !bar) return;
    this.stepMs = this.stepMs === undefined ? event.stepMs : this.stepMs + 0.1 * (event.stepMs - this.stepMs);
    const stepsPerEpoch = start.stepsPerEpoch ?? 0;
    const stepsLeft = stepsPerEpoch > 0 ? stepsPerEpoch * start.epochs - event.step : 0;
    const payload = {
      epoch: `epoch ${event.epoch}${ofEpochs(start, event.epoch)}`,
      values: values({ loss: event.loss, ...event.metrics }),
      rate:
        this.stepMs >= 1000
          ? `${(this.stepMs / 1000).toFixed(1)} s a step`
          : `${(1000 / this.stepMs).toFixed(this.stepMs > 100 ? 1 : 0)} steps/s`,
      left: stepsLeft > 0 ? ` · ${duration(stepsLeft * this.stepMs)} left` : '',
    };
    if (!this.barRuns) {
      bar.start(stepsPerEpoch, event.stepInEpoch, payload);
      this.barRuns = true;
    } else bar.update(event.stepInEpoch, payload);
  }

  private endBar(): void {
    if (this.barRuns) this.bar?.stop();
    this.barRuns = false;
  }

  /** Text that comes in between pushes the bar down by a line. */
  private between(write: () => void): void {
    if (!this.barRuns) {
      write();
      return;
    }
    process.stderr.write('\r\x1b[K');
    write();
    this.bar?.render();
  }
}

/** Nothing where it is not known how many there are: a script may fit again. */
function ofEpochs(start: { readonly epochs: number } | undefined, epoch: number): string {
  return start && epoch <= start.epochs ? `/${start.epochs}` : '';
}

function values(all: Readonly<Record<string, number>>): string {
  return Object.entries(all)
    .map(([name, value]) => `${name} ${Number.isFinite(value) ? value.toFixed(4) : value}`)
    .join(' · ');
}

function speedText({ speed, reason, setUpMs }: Extract<TrainingEvent, { kind: 'speed' }>): string {
  if (speed === 'eager') return `steps run op by op${reason === undefined ? '' : `: ${reason}`}`;
  return `steps run compiled${setUpMs === undefined ? '' : `, set up in ${duration(setUpMs)}`}`;
}

function summariesText(cost: SummaryCost): string {
  return `summaries took ${summaryCostWords(cost)}, and ${sizeText(cost.bytes)}`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
