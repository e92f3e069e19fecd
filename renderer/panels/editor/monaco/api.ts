/** Monaco with the few languages that an experiment’s folder holds. */
import * as monaco from 'monaco-editor/editor';
// All features: the language parts load them in any case, and later than this their services would not be known.
import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/css/register';
import 'monaco-editor/languages/definitions/javascript/register';
import 'monaco-editor/languages/definitions/markdown/register';
import 'monaco-editor/languages/definitions/python/register';
import 'monaco-editor/languages/definitions/typescript/register';
import 'monaco-editor/languages/definitions/yaml/register';
import 'monaco-editor/languages/features/json/register';
import './names-of-any-script.js';
import * as typescript from 'monaco-editor/languages/features/typescript/register';

export { monaco, typescript };
