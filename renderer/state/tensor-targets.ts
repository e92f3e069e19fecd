/**
 * Which tensor is looked at, in words that hold over stops: a place in the training, an expression, or the
 * way to it through the variables; and how it is found again at a stop. Knows no view.
 */
import type { TensorPlace } from '../../src/shared/protocol/tensors.js';
import { tensorCalled } from './layer-tensors.js';
import { server } from './server.js';
import { evaluateHere, evaluationFrame, readInside } from './stop-view.js';
import type { TreeRow } from './value-tree.js';

export type TensorTarget =
  | { readonly kind: 'place'; readonly place: Exclude<TensorPlace, { readonly kind: 'variable' }> }
  | { readonly kind: 'expression'; readonly expression: string }
  /** Through the variables: names from a scope, or from an expression's result, inwards. */
  | { readonly kind: 'way'; readonly from: string; readonly isScope: boolean; readonly names: readonly string[] };

export function keyOf(target: TensorTarget): string {
  return JSON.stringify(target);
}

/** In the tab, where the person gave no other name. */
export function titleOf(target: TensorTarget): string {
  switch (target.kind) {
    case 'expression':
      return target.expression;
    case 'way':
      return [...(target.isScope ? [] : [target.from]), ...target.names].slice(-2).join('/');
    case 'place':
      switch (target.place.kind) {
        case 'activation':
          return `${target.place.layer} output`;
        case 'weight':
          return target.place.weight;
        case 'gradient':
          return `gradient of ${target.place.weight}`;
        case 'batch':
          return `batch ${target.place.part}${target.place.index ? ` ${target.place.index}` : ''}`;
      }
  }
}

/** @throws Error in words, where the tensor is not there at this stop */
export async function findTarget(target: TensorTarget): Promise<TensorPlace> {
  switch (target.kind) {
    case 'place':
      return target.place;
    case 'expression': {
      const { reference, value } = await evaluateHere(target.expression, 'watch');
      if (reference === 0) throw new Error(`${target.expression} is not a tensor here, but ${value}.`);
      return { kind: 'variable', reference };
    }
    case 'way': {
      let reference = target.isScope ? await scope(target.from) : (await evaluateHere(target.from, 'watch')).reference;
      for (const name of target.names) {
        const found = reference === 0 ? undefined : (await readInside(reference)).find((one) => one.name === name);
        if (!found?.reference) throw new Error(`There is no ${name} in ${target.from} at this stop.`);
        reference = found.reference;
      }
      return { kind: 'variable', reference };
    }
  }
}

async function scope(name: string): Promise<number> {
  const frame = evaluationFrame();
  if (frame === undefined) throw new Error('Training runs; the values are read at the next stop.');
  const { scopes } = (await server().dap('scopes', { frameId: frame })) as {
    readonly scopes: readonly { readonly name: string; readonly variablesReference: number }[];
  };
  const found = scopes.find((one) => one.name === name);
  if (!found) throw new Error(`There is no ${name} at this stop.`);
  return found.variablesReference;
}

/** Of a row of the variables (`isScope`) or the watches. */
export function targetOfRow({ names, evaluateName }: TreeRow, isScope: boolean): TensorTarget {
  const [from = '', ...inwards] = names;
  const [layer, what] = inwards;
  const inModel = isScope && from === 'Model' && inwards.length === 2;
  const place = inModel ? tensorCalled(what!, layer!)?.place : undefined;
  if (place) return { kind: 'place', place };
  if (evaluateName !== undefined) return { kind: 'expression', expression: evaluateName };
  return { kind: 'way', from, isScope, names: inwards };
}
