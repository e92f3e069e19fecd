/** Monaco colours letters beyond ASCII as errors in TypeScript and JavaScript: `größe`, `δ`. Here they are names. */
// @ts-expect-error -- Monaco gives no typings for its definitions; JavaScript's has the same tokenizer
import { language } from 'monaco-editor/languages/definitions/typescript/typescript';

const letters = String.raw`\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3005-\ufdff`;

const { common } = (language as { readonly tokenizer: { readonly common: [pattern: unknown, ...unknown[]][] } })
  .tokenizer;
const ascii = /#?[a-z_$][\w$]*/.source;
const names = common.find(([pattern]) => pattern instanceof RegExp && pattern.source === ascii);
if (names) names[0] = new RegExp(`#?[a-z_$${letters}][\\w$${letters}]*`);
else console.error('Monaco’s tokenizer has changed: names beyond ASCII are coloured as errors.');
const types = common.find(([pattern]) => pattern instanceof RegExp && pattern.source.startsWith('[A-Z]'));
if (types) types[0] = new RegExp(`[A-Z][\\w$${letters}]*`);
