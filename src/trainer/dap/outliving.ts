/** What is declared in one line of the console is there in the next, too. Pure. */
import { parse, type Program } from 'acorn';
import { namesIn } from '../syntax-nodes.js';

/** Puts each declaration's names on the global object right after it. What cannot be read stays as it is. */
export function outliving(entered: string): string {
  let text = '';
  let at = 0;
  for (const statement of statementsOf(entered)) {
    const names = namesDeclaredBy(statement);
    if (names.length === 0) continue;
    text += `${entered.slice(at, statement.end)};${names.map((name) => `globalThis.${name} = ${name};`).join('')}`;
    at = statement.end;
  }
  return text + entered.slice(at);
}

function statementsOf(entered: string): Program['body'] {
  try {
    return parse(entered, { ecmaVersion: 'latest' }).body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}

function namesDeclaredBy(statement: Program['body'][number]): string[] {
  switch (statement.type) {
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => namesIn(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return namesIn(statement.id);
    default:
      return [];
  }
}
