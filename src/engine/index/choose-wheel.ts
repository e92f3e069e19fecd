/** Of the wheels that an index offers, the one for this system; or why there is none. Pure. */
import type { OfferedWheel } from './simple-index.js';
import { compareVersions, isRelease, satisfies } from './versions.js';
import { neededLibraries, type SystemLibraries } from './wheel-name.js';

export interface WheelWish {
  /** Every one of them is a condition: `==2.21.0`, `>=12.5,<13`. */
  readonly specifiers: string;
  readonly platform: RegExp;
}

export type WheelChoice =
  | { readonly kind: 'wheel'; readonly wheel: OfferedWheel }
  /** There are such wheels, and this system is too old for all of them. */
  | { readonly kind: 'system-too-old'; readonly needs: SystemLibraries }
  /** `versions`: those that are there for this platform, newest first. */
  | { readonly kind: 'none'; readonly versions: readonly string[] };

/** The newest that fits. The Python that a wheel is made for does not matter: its library does not know it. */
export function chooseWheel(wheels: readonly OfferedWheel[], wish: WheelWish, system: SystemLibraries): WheelChoice {
  const here = wheels.filter((wheel) => wheel.platforms.some((platform) => wish.platform.test(platform)));
  const wanted = here.filter(({ version }) => satisfies(version, wish.specifiers));
  if (wanted.length === 0) {
    const versions = [...new Set(here.map(({ version }) => version))].filter(isRelease);
    return { kind: 'none', versions: versions.sort((a, b) => compareVersions(b, a)) };
  }
  const usable = wanted.filter((wheel) => wheel.platforms.some((platform) => fits(platform, system)));
  if (usable.length === 0) {
    const needs = wanted[0]!.platforms.map(neededLibraries).find((libraries) => libraries !== undefined);
    return { kind: 'system-too-old', needs: needs ?? {} };
  }
  const [wheel] = usable.sort(
    (a, b) =>
      Number(a.yanked) - Number(b.yanked) ||
      compareVersions(b.version, a.version) ||
      Number(b.sha256 !== undefined) - Number(a.sha256 !== undefined) ||
      // Always the same one, so that a download that was interrupted is gone on with.
      (a.python < b.python ? 1 : a.python > b.python ? -1 : 0),
  );
  return { kind: 'wheel', wheel: wheel! };
}

function fits(platform: string, system: SystemLibraries): boolean {
  const needs = neededLibraries(platform);
  if (needs?.glibc !== undefined) return system.glibc !== undefined && compareVersions(system.glibc, needs.glibc) >= 0;
  if (needs?.macos !== undefined) return system.macos !== undefined && compareVersions(system.macos, needs.macos) >= 0;
  return true;
}
