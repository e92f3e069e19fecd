/** Sizes for a person to read, in decimal units as disks and downloads are given. Knows nothing of what has the size. */

/** `268 bytes`, `14 KB`, `3.4 MB`, `287 MB`, `5.6 GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} KB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
