/**
 * Whether a variable that V8 shows in a scope is a constant, of which V8 says nothing: by the text of its
 * script. Pure.
 */
import { parse, type AnyNode, type Options } from 'acorn';
import { childrenOf, namesIn } from '../syntax-nodes.js';
import { offsetOf, type Position } from './text-position.js';

export interface ScopeInText {
  readonly source: string;
  /** Without them it is all of the script. */
  readonly start?: Position;
  readonly end?: Position;
}

/** `false` where the text cannot be read, or does not tell. */
export function isConstantIn({ source, start, end }: ScopeInText, name: string): boolean {
  const tree = treeOf(source);
  if (!tree) return false;
  const from = start ? offsetOf(source, start) : 0;
  const to = end ? offsetOf(source, end) : source.length;
  // Another of its name within one of the scope's own blocks is deeper.
  for (let level: AnyNode[] = [tree]; level.length > 0; level = level.flatMap(childrenOf)) {
    level = level.filter((node) => node.start < to && node.end > from);
    const found = level.flatMap(bindingsOf).find((one) => one.name === name && one.start >= from && one.start < to);
    if (found) return found.isConstant;
  }
  return false;
}

interface Binding {
  readonly name: string;
  readonly start: number;
  readonly isConstant: boolean;
}

function bindingsOf(node: AnyNode): Binding[] {
  const bindings = (pattern: AnyNode, isConstant = false): Binding[] =>
    namesIn(pattern).map((name) => ({ name, start: pattern.start, isConstant }));
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => bindings(id, !['let', 'var'].includes(node.kind)));
    case 'ImportDeclaration':
      return node.specifiers.flatMap(({ local }) => bindings(local, true));
    case 'FunctionDeclaration':
      return [...(node.id ? bindings(node.id) : []), ...node.params.flatMap((one) => bindings(one))];
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.params.flatMap((one) => bindings(one));
    case 'ClassDeclaration':
      return node.id ? bindings(node.id) : [];
    case 'CatchClause':
      return node.param ? bindings(node.param) : [];
    default:
      return [];
  }
}

const options: Options = {
  ecmaVersion: 'latest',
  allowHashBang: true,
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
};

function treeOf(source: string): AnyNode | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      return parse(source, { ...options, sourceType });
    } catch (error) {
      // Of the other kind, or newer than the parser knows.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}
