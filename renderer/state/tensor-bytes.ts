/** From base64, as tensors travel, to bytes and numbers. Pure. */

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Little-endian float64, as in `TensorNumbers`. */
export function numbersOf(base64: string): Float64Array {
  const bytes = bytesOf(base64);
  return new Float64Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 8));
}
