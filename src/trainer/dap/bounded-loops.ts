/**
 * An expression whose loops ask, each time round, whether they may go on: where V8 tests a breakpoint's condition,
 * nothing reaches the thread from outside, neither a signal nor the inspector. Pure; runs nothing.
 */
import { parseExpressionAt, type AnyNode, type Node } from 'acorn';
import { nodesIn } from '../syntax-nodes.js';

/** The same expression with `ask` as the first statement of each loop's body; as it is where it has no loop. */
export function boundedLoops(expression: string, ask: string): string {
  if (!/\b(?:for|while|do)\b/.test(expression)) return expression;
  const loops = loopBodiesIn(expression);
  // Further inside comes first: what is put in does not move what is before it.
  const parts: { readonly at: number; readonly text: string }[] = loops.flatMap(({ start, end }) => [
    { at: start, text: `{${ask};` },
    { at: end, text: '}' },
  ]);
  let bounded = expression;
  for (const { at, text } of parts.sort((a, b) => b.at - a.at))
    bounded = bounded.slice(0, at) + text + bounded.slice(at);
  return bounded;
}

function loopBodiesIn(expression: string): Node[] {
  try {
    const tree = parseExpressionAt(expression, 0, { ecmaVersion: 'latest' }) as AnyNode;
    return [...nodesIn(tree)].filter(isLoop).map(({ body }) => body);
  } catch (error) {
    // V8 knows more of the language: then it is left as it is.
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}

type Loop = Extract<AnyNode, { type: `${'For' | 'ForIn' | 'ForOf' | 'While' | 'DoWhile'}Statement` }>;

function isLoop(node: AnyNode): node is Loop {
  return /^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type);
}
