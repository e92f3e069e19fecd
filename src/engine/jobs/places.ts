/** Paths that several jobs use. */
import path from 'node:path';
import { enginePlaces } from '../../shared/base/places.js';
import type { InstallerPlaces } from '../engine-context.js';

export function downloadsFolder(places: InstallerPlaces): string {
  return path.join(places.engines, enginePlaces.downloads);
}
