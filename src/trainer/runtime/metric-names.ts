/** Metrics under the names that the person wrote ('accuracy', where TensorFlow.js says 'acc'), layers under their labels. */
import type { Experiment } from './experiment.js';
import type { ModelOutline } from './model-outline.js';

/**
 * Names for the values of `makeTrainFunction` after the loss: with several outputs first the loss of
 * each, then the metrics. `given` are TensorFlow.js's own names for the same values, loss included;
 * they stand where a metric is a function.
 */
export function metricNames(
  metrics: Experiment['metrics'],
  model: ModelOutline,
  outputNames: readonly string[],
  given: readonly string[],
): string[] {
  const several = model.outputs.length > 1;
  const names = several ? model.outputs.map((output) => `${output.name}_loss`) : [];
  model.outputs.forEach((output, index) => {
    for (const metric of metricsOfOutput(metrics, outputNames[index]!)) {
      const written =
        typeof metric === 'string' ? metric : functionName(given[names.length + 1], outputNames[index]!, several);
      names.push(several ? `${output.name}_${written}` : written);
    }
  });
  if (names.length !== given.length - 1) throw new Error(`${given.length - 1} metrics, but ${names.length} names`);
  return unique(names);
}

/** As TensorFlow.js reads them: for all outputs, or by output name. */
function metricsOfOutput(metrics: Experiment['metrics'], outputName: string): readonly unknown[] {
  if (metrics === undefined || metrics === null) return [];
  if (Array.isArray(metrics)) return metrics;
  if (typeof metrics === 'string' || typeof metrics === 'function') return [metrics];
  const own: unknown = (metrics as Record<string, unknown>)[outputName];
  return own === undefined ? [] : Array.isArray(own) ? own : [own];
}

function functionName(given: string | undefined, outputName: string, several: boolean): string {
  const name = given ?? '';
  return (several && name.startsWith(`${outputName}_`) ? name.slice(outputName.length + 1) : name) || 'metric';
}

function unique(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 && name !== 'loss' ? name : `${name}_${Math.max(1, count)}`;
  });
}
