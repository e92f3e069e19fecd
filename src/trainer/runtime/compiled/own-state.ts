/**
 * What a function writes to that outlives its call. A step that counts its calls is another one after a hundred of
 * them, which recording it a few times does not show. Reads the function's own text alone; runs nothing.
 */
import { parseExpressionAt, type AnyNode } from 'acorn';
import { namesIn, nodesIn, partsOf } from '../../syntax-nodes.js';

type Work = (...given: never[]) => unknown;

/** Methods that change a list; others that change something have namesakes among the ops on tensors. */
const changesList = new Set(['push', 'pop', 'shift', 'unshift', 'splice']);

/** The first of them, as it is written: `count`, `this.seen`, `losses`. */
export function writtenOutside(work: Work): string | undefined {
  const tree = treeOf(work);
  if (!tree) return undefined;
  const own = new Set<string>();
  for (const node of nodesIn(tree)) for (const name of namesDeclaredBy(node)) own.add(name);
  for (const node of nodesIn(tree)) {
    for (const target of targetsOf(node)) {
      const name = outlivingName(target, own);
      if (name !== undefined) return name;
    }
  }
  return undefined;
}

function treeOf(work: Work): AnyNode | undefined {
  const text = Function.prototype.toString.call(work);
  // A method is written without the word `function`: it is one in an object only.
  for (const expression of [`(${text})`, `({${text}})`]) {
    try {
      return parseExpressionAt(expression, 0, { ecmaVersion: 'latest' }) as AnyNode;
    } catch (error) {
      // Of another form, of the library's own code, or newer than the parser knows.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

function namesDeclaredBy(node: AnyNode): string[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return namesIn(node.id);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [...(node.id ? [node.id.name] : []), ...node.params.flatMap(namesIn)];
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id ? [node.id.name] : [];
    case 'CatchClause':
      return node.param ? namesIn(node.param) : [];
    default:
      return [];
  }
}

/** What the node writes to. */
function targetsOf(node: AnyNode): AnyNode[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return partsOf(node.left);
    case 'UpdateExpression':
      return [node.argument];
    case 'UnaryExpression':
      return node.operator === 'delete' ? [node.argument] : [];
    case 'ForInStatement':
    case 'ForOfStatement':
      return node.left.type === 'VariableDeclaration' ? [] : partsOf(node.left);
    case 'CallExpression': {
      const { callee } = node;
      const isChange =
        callee.type === 'MemberExpression' &&
        callee.property.type === 'Identifier' &&
        !callee.computed &&
        changesList.has(callee.property.name);
      return isChange ? [callee.object] : [];
    }
    default:
      return [];
  }
}

/** As it is written, where it begins with a name from outside or with `this`. */
function outlivingName(target: AnyNode, own: ReadonlySet<string>): string | undefined {
  switch (target.type) {
    case 'Identifier':
      return own.has(target.name) ? undefined : target.name;
    case 'ThisExpression':
      return 'this';
    case 'MemberExpression': {
      const object = outlivingName(target.object, own);
      const { property, computed } = target;
      return object === undefined || computed || property.type !== 'Identifier' ? object : `${object}.${property.name}`;
    }
    default:
      return undefined;
  }
}
