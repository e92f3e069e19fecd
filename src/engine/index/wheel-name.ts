/** What a wheel's file name says (PEP 427), and whether this system can use it. Pure. */
import { normalizedName } from './versions.js';

export interface WheelName {
  /** As the index spells it. */
  readonly name: string;
  readonly version: string;
  /** `cp312`; `py3` for any. */
  readonly python: string;
  /** One wheel may name several. */
  readonly platforms: readonly string[];
}

/** Undefined where it is no wheel's name. */
export function parseWheelName(file: string): WheelName | undefined {
  const parts = file.endsWith('.whl') ? file.slice(0, -4).split('-') : [];
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  return {
    name: normalizedName(parts[0]!),
    version: parts[1]!,
    python: parts.at(-3)!,
    platforms: parts.at(-1)!.split('.'),
  };
}

export interface SystemLibraries {
  /** `2.36`; undefined where the C library is another one (musl), or on another system. */
  readonly glibc?: string;
  /** macOS's own version, `14.5`. */
  readonly macos?: string;
}

const legacyManylinux: Readonly<Record<string, string>> = { '1': '2.5', '2010': '2.12', '2014': '2.17' };

/** What a wheel's platform asks of the system: `manylinux_2_27_x86_64` needs glibc 2.27. Undefined: nothing. */
export function neededLibraries(platform: string): SystemLibraries | undefined {
  const modern = /^manylinux_(\d+)_(\d+)_/.exec(platform);
  if (modern) return { glibc: `${modern[1]}.${modern[2]}` };
  const legacy = /^manylinux(1|2010|2014)_/.exec(platform);
  if (legacy) return { glibc: legacyManylinux[legacy[1]!]! };
  const mac = /^macosx_(\d+)_(\d+)_/.exec(platform);
  return mac ? { macos: `${mac[1]}.${mac[2]}` } : undefined;
}
