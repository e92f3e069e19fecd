/** The pixels of a batch, from base64 to what a canvas takes. */

export interface BatchImages {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  at(index: number): ImageData;
}

interface Encoded {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly rgba: string;
}

export function decodePixels(rgba: string): Uint8ClampedArray<ArrayBuffer> {
  const text = atob(rgba);
  const pixels = new Uint8ClampedArray(text.length);
  for (let index = 0; index < text.length; index++) pixels[index] = text.charCodeAt(index);
  return pixels;
}

/** Images that the text is too short for are left out. */
export function decodeImages({ count, width, height, rgba }: Encoded): BatchImages {
  const pixels = decodePixels(rgba);
  const size = width * height * 4;
  return {
    count: Math.min(count, Math.floor(pixels.length / size)),
    width,
    height,
    at: (index) => new ImageData(pixels.slice(index * size, (index + 1) * size), width, height),
  };
}
