import { Script } from 'node:vm';

/** Whether V8 can read it, as statements of a script. */
export function isSyntax(text: string): boolean {
  try {
    return Boolean(new Script(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
