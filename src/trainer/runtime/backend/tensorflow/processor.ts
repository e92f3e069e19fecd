/** What the processor can do, as far as TensorFlow cares. Reads /proc/cpuinfo and nothing else. */
import { readFileSync } from 'node:fs';

export interface Processor {
  readonly platform: string;
  readonly architecture: string;
  /** Linux's own words for what it can do; unknown elsewhere. */
  readonly flags: string | undefined;
}

export function thisProcessor(): Processor {
  return { platform: process.platform, architecture: process.arch, flags: processorFlags() };
}

/** TensorFlow's builds for x86 end the process where AVX is missing, so that has to be known before. */
export function processorTrouble({ platform, architecture, flags }: Processor): string | undefined {
  if (platform !== 'linux' || architecture !== 'x64' || flags === undefined) return undefined;
  return /\bavx\b/.test(flags) ? undefined : 'native TensorFlow needs a processor with AVX, and this one has none';
}

/** As TensorFlow decides by itself: on Linux, for processors made for neural networks. */
export function prefersOneDnn({ platform, architecture, flags = '' }: Processor): boolean {
  return platform === 'linux' && architecture === 'x64' && /\b(avx512_vnni|avx512_bf16|avx_vnni|amx_\w+)\b/.test(flags);
}

function processorFlags(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  } catch (error) {
    // Not told, as in some sandboxes: then it is tried.
    if ((error as NodeJS.ErrnoException).code) return undefined;
    throw error;
  }
}
