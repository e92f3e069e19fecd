/**
 * Code that a person enters at a stop, known as such for as long as any of it goes on: what it leaves for later
 * runs when training does, and a failure then is none of the training's. Knows no debugger.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const entered = new AsyncLocalStorage<true>();

export function runEntered<T>(work: () => T): T {
  return entered.run(true, work);
}

/** Whether what runs now, or has failed just now, was begun by it. */
export function isEntered(): boolean {
  return entered.getStore() === true;
}
