/**
 * Whether an exception is caught by one of the functions that it passes through. V8's own word on it
 * is of no use here: the trainer catches everything, to tell it at the person's line. Pure.
 */
import { parse, Parser, type Node, type Options } from 'acorn';
import { childrenOf } from '../syntax-nodes.js';
import { offsetOf, type Position } from './text-position.js';

/** A call on the stack, in the script's text. */
export interface CallPlace {
  readonly source: string;
  /** Where the function begins, and where in it the call is. Count from 0. */
  readonly functionStart: Position;
  readonly at: Position;
}

const options: Options = {
  ecmaVersion: 'latest',
  allowSuperOutsideMethod: true,
  allowReturnOutsideFunction: true,
  checkPrivateFields: false,
};

/** V8 says where a function's parameters begin; what stands before them has to be guessed. */
const beginnings = ['', 'function ', 'async ', 'async function ', 'function* ', 'async function* '];

/** Whether this call stands in a `try` with a `catch` of its own function. */
export function isCaughtIn({ source, functionStart, at }: CallPlace): boolean {
  const start = offsetOf(source, functionStart);
  const place = offsetOf(source, at) - start;
  const text = source.slice(start);
  if (start === 0) {
    const module = parsed(() => parse(text, { ...options, sourceType: 'module' }));
    if (module) return isInCaughtBlock(module, place);
  }
  for (const beginning of beginnings) {
    const tree = parsed(() => expressionAtStart(beginning + text));
    if (tree && /Function/.test(tree.type)) return isInCaughtBlock(tree, beginning.length + place);
  }
  return false;
}

/** What acorn has for its plug-ins and leaves out of its types. */
interface ParserInsides {
  nextToken(): void;
  parseMaybeAssign(): Node;
}

type ParserMaker = new (options: Options, text: string) => ParserInsides;

/** One expression and nothing after it: in an object, a comma and the next property follow a function. */
function expressionAtStart(text: string): Node {
  const parser = new (Parser as unknown as ParserMaker)(options, text);
  parser.nextToken();
  return parser.parseMaybeAssign();
}

/** `undefined` where the text is not what it was taken for. */
function parsed(parsing: () => Node): Node | undefined {
  try {
    return parsing();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface TryStatement extends Node {
  readonly block: Node;
  readonly handler: Node | null;
}

function isInCaughtBlock(node: Node, place: number): boolean {
  if (node.type === 'TryStatement') {
    const { block, handler } = node as TryStatement;
    if (handler && block.start <= place && place < block.end) return true;
  }
  return childrenOf(node).some((child) => child.start <= place && place < child.end && isInCaughtBlock(child, place));
}
