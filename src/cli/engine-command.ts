/** `backstep engine install | status | remove`: native TensorFlow, for a person at a terminal or as JSON. */
import { SingleBar } from 'cli-progress';
import { describeEnd } from '../shared/base/process-end.js';
import type {
  EngineFailure,
  EngineFlavor,
  EngineMessage,
  EngineObstacle,
  EnginePlan,
  EngineProgress,
  EngineStatus,
} from '../shared/protocol/engine.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { runInstaller } from './installer-child.js';
import { duration } from './progress-view.js';
import { sizeText } from './size-text.js';

export interface EngineInstallFlags {
  readonly version?: string;
  readonly flavor?: EngineFlavor;
  readonly force: boolean;
  readonly json: boolean;
}

type Conclusion = Extract<EngineMessage, { kind: 'done' | 'failed' }>;

/** @returns the exit code */
export async function engineInstallCommand(flags: EngineInstallFlags): Promise<number> {
  const { version, flavor, force } = flags;
  if (version !== undefined && !/^\d+(\.\d+)+$/.test(version))
    throw new UsageError('--version takes a version of TensorFlow, such as 2.21.0.');
  const began = performance.now();
  const view = new InstallView();
  let conclusion: Conclusion | undefined;
  const end = await runInstaller(
    { kind: 'install', version, flavor, force },
    (message) => {
      if (message.kind === 'done' || message.kind === 'failed') conclusion = message;
      if (flags.json) printJson(message);
      else view.take(message);
    },
    () => view.say('Stopping; what was downloaded is kept for the next time. Ctrl+C again ends at once.'),
  );
  view.end();
  if (end.interrupted) return exitCodes.interrupted;
  if (!conclusion) return endedEarly('Setting up native TensorFlow', end, flags.json);
  if (conclusion.kind === 'failed') {
    if (!flags.json) printFailure(conclusion.failure, conclusion.obstacles);
    return exitCodes.failed;
  }
  const { installed } = conclusion.status;
  if (!flags.json && installed) {
    const what = view.worked ? `set up in ${duration(performance.now() - began)}` : 'there already';
    process.stderr.write(`${engineWords(installed)} is ${what}: ${installed.folder}\nRuns use it from now on.\n`);
  }
  return exitCodes.done;
}

/** @returns the exit code: 0 whether or not one is installed */
export async function engineStatusCommand(flags: { readonly plan: boolean; readonly json: boolean }): Promise<number> {
  return conclude('Looking at native TensorFlow', { kind: 'status', plan: flags.plan }, flags.json, (status) => {
    const { installed, plan } = status;
    const lines = [
      installed
        ? `${engineWords(installed)}, ${sizeText(installed.bytes)}: ${installed.folder}`
        : 'Native TensorFlow is not installed. `backstep engine install` sets it up.',
    ];
    if (installed?.outdated && !installed.trouble) {
      lines.push('Its addon is an older Backstep’s: `backstep engine install` makes a faster one.');
    }
    if (installed?.trouble) lines.push(`It cannot be used as it is: ${installed.trouble}`);
    if (plan) lines.push('', ...planLines(plan));
    if (status.obstacles.length > 0 && (!installed || plan)) lines.push('', ...obstacleLines(status.obstacles));
    process.stdout.write(`${lines.join('\n')}\n`);
  });
}

/** @returns the exit code */
export async function engineRemoveCommand(flags: { readonly json: boolean }): Promise<number> {
  return conclude('Removing native TensorFlow', { kind: 'remove' }, flags.json, (status) => {
    process.stderr.write(
      status.installed
        ? `${status.installed.folder} is in use because BACKSTEP_ENGINE names it; everything else is removed.\n`
        : 'There is no native TensorFlow here any more, nor its downloads. Runs that go on keep what they have loaded.\n',
    );
  });
}

async function conclude(
  what: string,
  job: Parameters<typeof runInstaller>[0],
  json: boolean,
  show: (status: EngineStatus) => void,
): Promise<number> {
  let conclusion: Conclusion | undefined;
  const end = await runInstaller(
    job,
    (message) => {
      if (message.kind === 'done' || message.kind === 'failed') conclusion = message;
    },
    () => undefined,
  );
  if (end.interrupted) return exitCodes.interrupted;
  if (!conclusion) return endedEarly(what, end, json);
  if (conclusion.kind === 'failed') {
    if (json) printJson({ failure: conclusion.failure, obstacles: conclusion.obstacles });
    else printFailure(conclusion.failure, conclusion.obstacles);
    return exitCodes.failed;
  }
  if (json) printJson(conclusion.status);
  else show(conclusion.status);
  return exitCodes.done;
}

/** Phases as lines, each with a bar where its length is known. Without a terminal: lines alone. */
class InstallView {
  /** Whether anything was downloaded or built. */
  worked = false;
  private bar: SingleBar | undefined;
  private phase = '';

  take(message: EngineMessage): void {
    if (message.kind === 'plan') this.say(planLines(message.plan).join('\n'));
    if (message.kind === 'progress') this.show(message.progress);
  }

  say(text: string): void {
    this.end();
    process.stderr.write(`${text}\n`);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private show({ phase, message, doneBytes, totalBytes, secondsLeft }: EngineProgress): void {
    if (phase !== 'checking') this.worked = true;
    if (message !== this.phase) {
      this.say(`${message}…`);
      this.phase = message;
    }
    if (doneBytes === undefined || totalBytes === undefined || !process.stderr.isTTY) return;
    const payload = {
      amount: `${sizeText(doneBytes)} of ${sizeText(totalBytes)}`,
      left: secondsLeft === undefined ? '' : ` · ${duration(Math.ceil(secondsLeft) * 1000)} left`,
    };
    if (this.bar) this.bar.update(doneBytes, payload);
    else {
      this.bar = new SingleBar({
        format: ' {bar} {percentage} % · {amount}{left}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        stream: process.stderr,
      });
      this.bar.start(totalBytes, doneBytes, payload);
    }
  }
}

function planLines(plan: EnginePlan): string[] {
  const known = (bytes: number | undefined): string => (bytes === undefined ? 'of unknown size' : sizeText(bytes));
  return [
    `TensorFlow ${plan.version} for ${plan.flavor === 'cuda' ? 'NVIDIA GPUs' : 'the processor'}, because ${plan.because}.`,
    ...plan.packages.map(({ file, bytes }) => `  ${file}, ${known(bytes)}`),
    `  ${known(plan.installedBytes)} on the disk afterwards; the addon ${plan.addon === 'prebuilt' ? 'comes with Backstep' : 'is compiled here'}.`,
  ];
}

function obstacleLines(obstacles: readonly EngineObstacle[]): string[] {
  return [
    'In the way of an installation:',
    ...obstacles.flatMap(({ message, hint }) => [`  ✗ ${message}`, ...(hint ? [`      → ${hint}`] : [])]),
  ];
}

function printFailure(failure: EngineFailure, obstacles: readonly EngineObstacle[]): void {
  const lines = [`error: ${failure.message}`];
  for (const { message, hint } of obstacles) lines.push(`  ✗ ${message}`, ...(hint ? [`      → ${hint}`] : []));
  if (failure.hint) lines.push(`  ${failure.hint}`);
  if (failure.log) lines.push('', ...failure.log.split('\n').map((line) => `  │ ${line}`));
  process.stderr.write(`${lines.join('\n')}\n`);
}

function endedEarly(what: string, end: Parameters<typeof describeEnd>[1], json: boolean): number {
  const failure = { ...describeEnd(what, end), hint: 'Start it again: what was downloaded is kept.' };
  if (json) printJson({ kind: 'failed', failure, obstacles: [] });
  else printFailure(failure, []);
  return exitCodes.failed;
}

function engineWords({ version, flavor }: { readonly version: string; readonly flavor: EngineFlavor }): string {
  return `TensorFlow ${version} (${flavor === 'cuda' ? 'NVIDIA GPUs' : 'processor'})`;
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
