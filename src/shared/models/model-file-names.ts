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
