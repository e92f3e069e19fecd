/**
 * What the text of a file says of how it trains: by `defineExperiment`, as a plain TensorFlow.js script, or
 * not at all. A look at words outside of comments, not a parser; runs nothing and knows no files.
 */

/** The same length, with comments blank: what is commented out does not count. Strings stay, for imports are in them. */
function withoutComments(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (part) => (part.startsWith('//') || part.startsWith('/*') ? part.replace(/[^\n]/g, ' ') : part),
  );
}

export interface ScriptText {
  readonly namesDefineExperiment: boolean;
  readonly hasDefaultExport: boolean;
  /** A default export that is an object written there: an experiment that lacks its `defineExperiment`. */
  readonly exportsObject: boolean;
  readonly importsTensorFlow: boolean;
  /** Calls what trains: `fit`, `fitDataset`, `trainOnBatch`, `minimize`, `applyGradients`, or takes gradients. */
  readonly callsTraining: boolean;
  /** As written: `./model`, `../data.json`. */
  readonly relativeImports: readonly string[];
}

const importStart = String.raw`(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)`;

export function readScriptText(source: string): ScriptText {
  const text = withoutComments(source);
  return {
    namesDefineExperiment: /\bdefineExperiment\b/.test(text),
    hasDefaultExport: /\bexport\s+default\b|\bas\s+default\b/.test(text),
    exportsObject: /\bexport\s+default\s*\{/.test(text),
    importsTensorFlow: new RegExp(`${importStart}(['"\`])(?:@tensorflow/tfjs(?:-[\\w-]+)?|backstep)\\1`).test(text),
    callsTraining:
      /\.\s*(?:fit|fitDataset|trainOnBatch|minimize|applyGradients|variableGrads|valueAndGrads?|grads?)\s*\(/.test(
        text,
      ),
    relativeImports: [...text.matchAll(new RegExp(`${importStart}(['"\`])(\\.{1,2}/[^'"\`\\n]+)\\1`, 'g'))].map(
      (match) => match[2]!,
    ),
  };
}

/** Whether a file is a plain script, by its own text and those of all files that it imports by relative paths. */
export function isPlainScript(own: ScriptText, imported: readonly ScriptText[]): boolean {
  if (own.namesDefineExperiment || own.exportsObject) return false;
  if (own.hasDefaultExport && imported.some((text) => text.namesDefineExperiment)) return false;
  return own.importsTensorFlow || imported.some((text) => text.importsTensorFlow);
}
