/** What the panels draw, as markup: light checks that need no browser. The real window is driven end to end elsewhere. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { Batch, isWrong } from '../../../../renderer/panels/debug/batch.js';
import { decodeImages } from '../../../../renderer/panels/debug/batch-images.js';
import { LayerList } from '../../../../renderer/panels/debug/layer-list.js';
import { StepValues } from '../../../../renderer/panels/debug/step-values.js';
import { placeWords } from '../../../../renderer/training/status-bar.js';
import type { StepLook } from '../../../../src/shared/protocol/training.js';
import { sessionAfter, stoppedMessage } from '../fixtures.js';

const statistics = { min: 0, max: 1, mean: 0.25, spread: 0.5, zeros: 0.48, notFinite: 0 };
const look: StepLook = {
  at: stoppedMessage(14).body.backstep as StepLook['at'],
  loss: 0.5,
  metrics: { accuracy: 0.75 },
  learningRate: 0.01,
  gradNorm: 1.5,
  stateHash: 'abcdef123456',
  batch: {
    size: 2,
    rows: {
      columns: ['width', 'height'],
      values: [
        [1, 2],
        [3, 4],
      ],
    },
    trueLabels: ['a', 'b'],
    predictedLabels: ['a', 'a'],
    confidence: [0.9, 0.6],
  },
  layers: [
    { layer: 'dense_1', type: 'Dense', outputShape: [null, 3], output: statistics, gradNorm: 0.016 },
    {
      layer: 'dense_2',
      type: 'Dense',
      outputShape: [3],
      output: { ...statistics, notFinite: 0.5 },
      gradNorm: Number.NaN,
    },
  ],
};

describe('the batch', () => {
  it('marks the rows that are wrong, and counts them', () => {
    const html = renderToStaticMarkup(<Batch look={look} stale={false} />);
    expect(html).toContain('2 examples · 1 wrong');
    expect(html.match(/data-wrong/g)).toHaveLength(1);
    expect(html).toContain('<th scope="col" class="number-column">width</th>');
    expect([isWrong(look.batch, 0), isWrong(look.batch, 1)]).toEqual([false, true]);
  });

  it('shows images with both labels and how sure the model was', () => {
    const images = { count: 2, width: 1, height: 1, rgba: btoa('\0\x01\x02\xff\x03\x04\x05\xff') };
    const html = renderToStaticMarkup(<Batch look={{ ...look, batch: { ...look.batch, images } }} stale />);
    expect(html.match(/<canvas/g)).toHaveLength(2);
    expect(html).toContain('true: b\npredicted: a, 60 %');
    expect(html).toContain('data-stale');
  });

  it('cuts images out of the pixels, and leaves out what is not there whole', () => {
    const made: Uint8ClampedArray[] = [];
    vi.stubGlobal(
      'ImageData',
      class {
        constructor(pixels: Uint8ClampedArray) {
          made.push(pixels);
        }
      },
    );
    try {
      const images = decodeImages({ count: 3, width: 1, height: 1, rgba: btoa('\0\x01\x02\xff\x03\x04\x05\xff\x09') });
      expect(images.count).toBe(2);
      images.at(1);
      expect([...made[0]!]).toEqual([3, 4, 5, 255]);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

it('the layers show shape, statistics and bars, and what is not finite', () => {
  const html = renderToStaticMarkup(<LayerList look={look} stale={false} />);
  expect(html).toContain('?×3');
  expect(html).toContain('mean 0.250');
  expect(html).toContain('48 %');
  expect(html).toContain('0.0160');
  expect(html.match(/data-wrong/g)).toHaveLength(2);
});

it('the variables are those of the stop', () => {
  const session = { ...sessionAfter(14), status: 'paused' as const, stop: look.at };
  const html = renderToStaticMarkup(<StepValues session={session} look={look} stale={false} />);
  expect(html).toContain('0.7500');
  expect(html).toContain('learning rate 0.01, change');
  expect(html).toContain('abcd…56');
  const running = renderToStaticMarkup(<StepValues session={sessionAfter(14)} look={look} stale />);
  expect(running).not.toContain('change');
  expect(running).toContain('0.0714');
});

it('the status bar says where training is', () => {
  expect(placeWords({ ...sessionAfter(14), status: 'paused' })).toBe('Paused · epoch 2/3 · step 4/10');
  expect(placeWords(sessionAfter(0))).toBe('Running · epoch 1/3 · step 0/10');
});
