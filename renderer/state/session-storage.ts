/** Small choices that outlive a reload, as JSON in the browser's storage. Losing them costs a click, so failures only warn. */

export function readStored<T>(key: string, fallback: T): T {
  if (typeof localStorage === 'undefined') return fallback;
  try {
    const text = localStorage.getItem(`backstep.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch (error) {
    console.warn(`the stored ${key} could not be read`, error);
    return fallback;
  }
}

export function writeStored(key: string, value: unknown): void {
  if (typeof localStorage === 'undefined') return;
  try {
    localStorage.setItem(`backstep.${key}`, JSON.stringify(value));
  } catch (error) {
    console.warn(`${key} could not be stored`, error);
  }
}
