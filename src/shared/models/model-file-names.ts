/** Which files are models, by their names. */

/** Those that hold a model and nothing that a person would read as text. */
const binary = /\.(keras|h5|hdf5|pb|tflite|lite|onnx)$|(^|\.)tfevents\./i;
/** Those that can hold one. */
const text = /\.(json|pbtxt)$/i;

export function isModelFile(name: string): boolean {
  return binary.test(name);
}

export function mayBeModelFile(name: string): boolean {
  return binary.test(name) || text.test(name);
}

/** Those that can hold a model of layers, which can be trained on. */
export function mayBeTrainedOn(name: string): boolean {
  return /\.(keras|h5|hdf5)$|(^|[/\\])model\.json$/i.test(name);
}
