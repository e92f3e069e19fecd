/** Decorators: the one syntax that editors and type checkers take and no JavaScript engine runs. Pure. */
import { parse } from 'acorn';

/** Where the first one stands in text without types, from 0; `undefined` where there is none. */
export function decoratorIn(code: string): number | undefined {
  // Nearly all text has none, and is not read a second time.
  if (!/@[\w$(]/.test(code)) return undefined;
  try {
    parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
    return undefined;
  } catch (error) {
    // Whatever else it cannot read, V8 may, and says so otherwise.
    if (!(error instanceof SyntaxError) || !('pos' in error)) throw error;
    const at = error.pos as number;
    return code[at] === '@' ? at : undefined;
  }
}
