/** TypeScript that is only looked at: its colours without its checker, which would take it for a file of the workspace. */
// @ts-expect-error -- Monaco gives no typings for its definitions: a configuration and a tokenizer
import { conf, language } from 'monaco-editor/languages/definitions/typescript/typescript';
import { monaco } from './api.js';

/** Name of the language. */
export const LOOKED_AT_CODE = 'looked-at-code';
monaco.languages.register({ id: LOOKED_AT_CODE });
monaco.languages.setLanguageConfiguration(LOOKED_AT_CODE, conf as monaco.languages.LanguageConfiguration);
monaco.languages.setMonarchTokensProvider(LOOKED_AT_CODE, language as monaco.languages.IMonarchLanguage);
