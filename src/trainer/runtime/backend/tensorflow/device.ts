/** Which device native TensorFlow computes on, in words for a person. Knows no TensorFlow.js. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

interface DeviceFacts {
  readonly usesGpu: boolean;
  readonly flavor: 'cpu' | 'cuda';
  /** TensorFlow's. */
  readonly version: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Whether TensorFlow uses oneDNN where nobody says whether to. */
  readonly oneDnn: boolean;
  readonly cores?: number;
  /** Name and memory, for instance `NVIDIA RTX A4000, 16376 MiB`; none where the driver does not tell. */
  readonly gpu?: string;
}

/** `CPU, oneDNN, 2 threads · TensorFlow 2.21.0`, or the GPU's name and memory. */
export function wordsForDevice({
  usesGpu,
  flavor,
  version,
  environment = process.env,
  oneDnn,
  cores = availableParallelism(),
  gpu = usesGpu ? nameOfGpu() : undefined,
}: DeviceFacts): string {
  const library = `TensorFlow ${version}`;
  if (usesGpu) return `${gpu === undefined ? 'NVIDIA GPU' : wordsForGpu(gpu)} · ${library}`;
  const threads = Number(environment['TF_NUM_INTRAOP_THREADS']) || cores;
  const asked = environment['TF_ENABLE_ONEDNN_OPTS'];
  const usesOneDnn = asked === undefined ? oneDnn : asked !== '0' && asked.toLowerCase() !== 'false';
  const words = ['CPU', ...(usesOneDnn ? ['oneDNN'] : []), `${threads} ${threads === 1 ? 'thread' : 'threads'}`];
  // Built for CUDA and yet on the CPU: the person is to see it.
  const instead = flavor === 'cuda' ? ' (no GPU that TensorFlow can use)' : '';
  return `${words.join(', ')}${instead} · ${library}`;
}

/** `NVIDIA RTX A4000, 16376` → `NVIDIA RTX A4000, 16 GB`. */
function wordsForGpu(line: string): string {
  const cut = line.lastIndexOf(',');
  const name = line.slice(0, cut < 0 ? undefined : cut).trim();
  const mebibytes = cut < 0 ? NaN : Number.parseFloat(line.slice(cut + 1));
  return Number.isFinite(mebibytes) ? `${name}, ${Math.round(mebibytes / 1024)} GB` : name;
}

/** TensorFlow takes the first that it may see. */
function nameOfGpu(): string | undefined {
  const { stdout, status } = spawnSync(
    'nvidia-smi',
    ['--query-gpu=index,name,memory.total', '--format=csv,noheader,nounits'],
    { encoding: 'utf8', timeout: 5000 },
  );
  if (status !== 0) return undefined;
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  const visible = process.env['CUDA_VISIBLE_DEVICES']?.split(',')[0]?.trim();
  const chosen = lines.find((line) => line.split(',')[0]!.trim() === visible) ?? lines[0];
  return chosen?.slice(chosen.indexOf(',') + 1).trim();
}

/** Of the NVIDIA driver of this machine: `550.54.15`; the empty text where there is one that does not tell. */
export function nvidiaDriverVersion(): string | undefined {
  const file = '/proc/driver/nvidia/version';
  if (existsSync(file)) return /Kernel Module\D*([\d.]+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return existsSync('/dev/nvidia0') || existsSync('/dev/nvidiactl') ? '' : undefined;
}
