/** Names that an expression may use beside what the code around it has in reach; theirs go before. */
import { lendNumbersToTensors } from './tensor-words.js';

/** Runs `work` with them. A name that is global anyway stays what it is. */
export function withNames<T>(names: Readonly<Record<string, unknown>>, work: () => T): T {
  const withdraw = lendNames(names);
  try {
    return work();
  } finally {
    withdraw();
  }
}

/** Until what is given back is called; what is not known yet is not lent. */
export function lendNames(names: Readonly<Record<string, unknown>>): () => void {
  const lent = Object.keys(names).filter((name) => names[name] !== undefined && !(name in globalThis));
  for (const name of lent) {
    Object.defineProperty(globalThis, name, {
      value: names[name],
      configurable: true,
      writable: true,
      enumerable: false,
    });
  }
  const takeNumbers = lendNumbersToTensors();
  return () => {
    takeNumbers();
    for (const name of lent) Reflect.deleteProperty(globalThis, name);
  };
}
