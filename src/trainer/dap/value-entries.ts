/**
 * What is inside of a value of the person's code, as entries to show: elements, properties, what its
 * class computes. Reads no getter before it is opened. Knows no handle and no tensor.
 */
import { types } from 'node:util';
import { describeValue } from './describe-value.js';
import { endable } from './endable.js';
import { Branch, type Entry } from './entries.js';
import { isIdentifier } from './identifiers.js';

/** Code of the person's, which may not come to an end. */
const GETTER_LIMIT_MS = 2_000;

/** Number of children by index. */
export function lengthOf(value: object): number {
  if (Array.isArray(value)) return value.length;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return (value as Uint8Array).length;
  return value instanceof Map || value instanceof Set ? value.size : 0;
}

/** Gives the children of a value by index. Maps and sets have no index: they are gone through once for all that is asked. */
export function elementsOf(value: object, evaluateName: string | undefined): (index: number) => Entry {
  if (value instanceof Map) {
    const pairs = once(() => [...(value as Map<unknown, unknown>)]);
    return (index) => pairEntry(index, ...pairs()[index]!);
  }
  if (value instanceof Set) {
    const members = once(() => [...(value as Set<unknown>)]);
    return (index) => ({ name: String(index), value: members()[index] });
  }
  const list = value as Record<number, unknown>;
  return (index) => ({
    name: String(index),
    value: list[index],
    evaluateName: evaluateName && `${evaluateName}[${index}]`,
    set: (changed) => (list[index] = changed),
  });
}

/** By name: its own, those of an error that are hidden from loops, and accessors of its classes. */
export function propertiesOf(value: object, evaluateName: string | undefined): Entry[] {
  const own = namedKeys(value).flatMap((key): Entry[] => {
    // What Node notes on it is nobody's business.
    if (typeof key === 'symbol' && types.isPromise(value)) return [];
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    return property?.enumerable ? [propertyEntry(value, key, property, evaluateName)] : [];
  });
  const names = new Set(own.map(({ name }) => name));
  const computed = classesOf(value).flatMap(({ prototype }) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, property]) => {
      if (!property.get || names.has(name)) return [];
      names.add(name);
      return [propertyEntry(value, name, property, evaluateName)];
    }),
  );
  return [...(value instanceof Error ? errorEntries(value) : []), ...own, ...computed];
}

/** Whether it may have something inside that only V8's debugger sees: private fields, a promise's result. */
export function mayHaveHiddenFields(value: object): boolean {
  if (types.isPromise(value)) return true;
  return lengthOf(value) === 0 && classesOf(value).some((one) => Function.prototype.toString.call(one).includes('#'));
}

/** Those that are written in JavaScript, from its own to the most general. */
function classesOf(value: object): NewableFunction[] {
  const classes: NewableFunction[] = [];
  let prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  while (prototype) {
    const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
    if (typeof made !== 'function' || /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(made))) break;
    classes.push(made);
    prototype = Object.getPrototypeOf(prototype) as typeof prototype;
  }
  return classes;
}

/** Without indexes, which come first, in order: there may be millions of them. */
function namedKeys(value: object): (string | symbol)[] {
  const keys = Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value);
  if (!Array.isArray(value)) return [...keys, ...symbols];
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (/^\d+$/.test(keys[middle]!)) from = middle + 1;
    else to = middle;
  }
  return [...keys.slice(from), ...symbols];
}

function errorEntries(error: Error): Entry[] {
  const { message, stack, cause } = error;
  const more = error instanceof AggregateError ? [{ name: 'errors', value: error.errors as unknown }] : [];
  return [
    { name: 'message', value: message },
    { name: 'stack', value: stack },
    ...(cause === undefined ? [] : [{ name: 'cause', value: cause }]),
    ...more,
  ];
}

function pairEntry(index: number, key: unknown, value: unknown): Entry {
  const text = `${describeValue(key)} → ${describeValue(value)}`;
  const inside = (): Entry[] => [
    { name: 'key', value: key },
    { name: 'value', value },
  ];
  return { name: String(index), value: new Branch(text, inside) };
}

function propertyEntry(
  owner: object,
  key: string | symbol,
  property: PropertyDescriptor,
  evaluateName: string | undefined,
): Entry {
  const name = String(key);
  const nested =
    evaluateName === undefined || typeof key === 'symbol' ? {} : { evaluateName: evaluateName + member(key) };
  const members = owner as Record<string | symbol, unknown>;
  if (property.get) {
    const read = (): Entry[] => {
      try {
        return [{ name: 'value', value: endable(() => members[key], { timeout: GETTER_LIMIT_MS }), ...nested }];
      } catch (error) {
        return [{ name: 'throws', value: error }];
      }
    };
    return { name, value: new Branch('(computed when opened)', read), ...nested };
  }
  const set = property.writable ? { set: (changed: unknown) => void (members[key] = changed) } : {};
  return { name, value: property.value as unknown, ...nested, ...set };
}

function member(name: string): string {
  return isIdentifier(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
