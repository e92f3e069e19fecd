/** Following what a library's object does by methods of our own in the place of its own. Knows no library. */

/**
 * On the object alone, not on others of its class; what is given back puts things where they were. Not enumerable:
 * whoever walks an optimizer's properties is to find its state alone.
 */
export function replaceMethod<T extends object, K extends keyof T>(target: T, name: K, method: T[K]): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true, enumerable: false });
  return () => {
    if (own) Object.defineProperty(target, name, own);
    // What was added last and is deleted so leaves V8 the object's quick shape, which `Reflect` does not.
    else delete target[name];
  };
}
