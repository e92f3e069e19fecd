/** What is said of native TensorFlow: sizes, phases, progress. Pure. */
import { formatBytes, formatDuration } from '../charts/format.js';
import type { EnginePlan, EngineProgress, EngineStatus } from '../../src/shared/protocol/engine.js';

export const flavorWords = { cpu: 'CPU', cuda: 'NVIDIA GPU (CUDA)' } as const;

/** In the order in which they are gone through. */
export const phases: readonly { readonly phase: EngineProgress['phase']; readonly words: string }[] = [
  { phase: 'checking', words: 'Check this computer and the package index' },
  { phase: 'downloading', words: 'Download' },
  { phase: 'verifying', words: 'Compare with the published checksums' },
  { phase: 'unpacking', words: 'Unpack what is needed' },
  { phase: 'building', words: 'Build the addon' },
  { phase: 'proving', words: 'Prove it with a small training' },
  { phase: 'switching', words: 'Switch over' },
];

/** 0 to 1, where the phase can be measured. */
export function progressShare({ doneBytes, totalBytes }: EngineProgress): number | undefined {
  return doneBytes === undefined || !totalBytes ? undefined : Math.min(1, doneBytes / totalBytes);
}

/** "120 MB of 262 MB · 40 s left". */
export function progressWords(progress: EngineProgress): string {
  const { doneBytes, totalBytes, secondsLeft } = progress;
  const parts: string[] = [];
  if (doneBytes !== undefined)
    parts.push(totalBytes ? `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}` : formatBytes(doneBytes));
  if (secondsLeft !== undefined) parts.push(`${formatDuration(secondsLeft * 1000)} left`);
  return parts.join(' · ');
}

/** For the status bar: "Setting up TensorFlow · 46 %". */
export function shortProgress(progress: EngineProgress): string {
  const share = progressShare(progress);
  return `Setting up TensorFlow${share === undefined ? '' : ` · ${Math.floor(share * 100)} %`}`;
}

/** The rows of a plan, from what is chosen to what it costs. */
export function planRows(plan: EnginePlan): readonly (readonly [name: string, value: string])[] {
  return [
    ['Version', `TensorFlow ${plan.version}`],
    ['For', `${flavorWords[plan.flavor]} – ${plan.because}`],
    ...(plan.downloadBytes === undefined ? [] : [['Download', formatBytes(plan.downloadBytes)] as const]),
    ...(plan.diskBytes === undefined ? [] : [['On disk', `${formatBytes(plan.diskBytes)} while setting up`] as const]),
    ['Packages', plan.packages.map(({ file }) => file).join(', ')],
    ['Addon', plan.addon === 'prebuilt' ? 'comes with Backstep' : 'built here, in about ten seconds'],
  ];
}

/** What the dialog is about now. */
export function engineStage(
  engine: EngineStatus | undefined,
): 'unknown' | 'working' | 'failed' | 'troubled' | 'installed' | 'blocked' | 'planned' | 'looking' {
  if (!engine) return 'unknown';
  if (engine.progress) return 'working';
  if (engine.failure) return 'failed';
  if (engine.installed) return engine.installed.trouble === undefined ? 'installed' : 'troubled';
  if (engine.obstacles.length > 0) return 'blocked';
  return engine.plan ? 'planned' : 'looking';
}
