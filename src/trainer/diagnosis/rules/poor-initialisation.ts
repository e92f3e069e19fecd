/** Weights that begin where learning is slow or impossible: all equal, or of a size that no layer is made for. */
import { kernelsOf, type LayerFacts, type StepFacts, type WeightFacts } from '../facts.js';
import type { Found, Rule } from '../rule.js';
import { number } from '../words.js';

/** The spread of good initial weights times the root of what is summed is between these two, far from both. */
const TOO_SMALL = 0.01;
const TOO_LARGE = 20;

export const poorInitialisation: Rule = {
  kind: 'step',
  rule: 'poorInitialisation',
  title: 'Weights begin badly',
  thresholdOf: 'spread of the weights, as a multiple of what keeps numbers their size',
  threshold: TOO_LARGE,
  wishes: ({ layers }) =>
    layers.flatMap((layer) =>
      kernelsOf(layer).map(({ name }) => ({ of: 'weight', name, numbers: ['spread', 'mean', 'notFinite'] }) as const),
    ),
  test: (step, { layers, continued }, threshold) => {
    // Later on they are what training has made of them.
    if (continued || step.step > 1) return [];
    const working = layers.filter((layer) => kernelsOf(layer).length > 0);
    return working.flatMap((layer) =>
      kernelsOf(layer)
        .map((kernel) => judge(layer, kernel, step, { alone: working.length === 1, threshold }))
        .filter((found) => found !== undefined)
        .slice(0, 1),
    );
  },
};

function judge(
  layer: LayerFacts,
  { name, shape, size }: WeightFacts,
  step: StepFacts,
  { alone, threshold }: { readonly alone: boolean; readonly threshold: number },
): Found | undefined {
  const seen = step.summary({ of: 'weight', name, numbers: ['spread', 'mean', 'notFinite'] });
  if (!seen || seen.notFinite > 0 || size < 4) return undefined;
  const initializer = initializerOf(layer);
  const how = initializer === undefined ? '' : ` (kernelInitializer: '${initializer}')`;
  // A single layer learns from zero as well as from anywhere: its units get different gradients.
  if (seen.spread === 0 || seen.spread < 1e-7 * Math.abs(seen.mean)) {
    if (alone || units(shape) < 2) return undefined;
    return {
      severity: 'warning',
      title: `All weights of ${name} begin as ${number(seen.mean)}${how}.`,
      explanation: `Units with equal weights give equal outputs and get equal gradients: they stay copies of one another for ever, and ${layer.label} can do no more than a single unit.`,
      advice: ["Leave kernelInitializer out, or use 'heNormal' with relu and 'glorotUniform' otherwise."],
      layer: layer.label,
    };
  }
  // How much larger numbers come out than they go in.
  const gain = seen.spread * Math.sqrt(size / units(shape));
  if (gain > threshold || gain < TOO_SMALL) {
    return {
      severity: 'warning',
      title: `The weights of ${name} begin far too ${gain > 1 ? 'large' : 'small'}: their spread is ${number(seen.spread)}${how}.`,
      explanation: `${layer.label} sums ${Math.round(size / units(shape))} products, so what it gives is about ${number(gain)} times as large as what it gets. ${gain > 1 ? 'Activations saturate and gradients explode.' : 'Both outputs and gradients fade to nothing.'}`,
      advice: [
        "Leave kernelInitializer out, or use 'heNormal' with relu and 'glorotUniform' otherwise: they fit the spread to the layer’s size.",
      ],
      layer: layer.label,
    };
  }
  return undefined;
}

const units = (shape: readonly number[]): number => shape.at(-1) ?? 1;

function initializerOf({ config }: LayerFacts): string | undefined {
  const given = config['kernelInitializer'];
  if (typeof given === 'string') return given;
  const name = (given as { readonly className?: unknown } | undefined)?.className;
  return typeof name === 'string' && name !== 'VarianceScaling' ? name : undefined;
}
