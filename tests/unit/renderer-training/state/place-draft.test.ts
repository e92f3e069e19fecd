import { describe, expect, it } from 'vitest';
import { describePlace } from '../../../../src/shared/breakpoints/describe-place.js';
import { breakpointPlace, type BreakpointPlace } from '../../../../src/shared/protocol/training.js';
import { draftOf, newDraft, readDraft, type PlaceDraft } from '../../../../renderer/state/place-draft.js';

const places: readonly BreakpointPlace[] = [
  { kind: 'step', step: 40 },
  { kind: 'epochEnd' },
  { kind: 'epochEnd', epoch: 3 },
  { kind: 'condition', condition: 'loss > 2' },
  { kind: 'phase', phase: 'optimizer' },
  { kind: 'layer', layer: 'dense_1', when: 'after', pass: 'gradient' },
  { kind: 'op', op: 'Conv2D' },
  { kind: 'op', op: 'Relu', layer: 'conv2d_1', phase: 'gradient', occurrence: 2 },
  { kind: 'data', of: 'weight', name: 'dense_1/kernel', event: { kind: 'notFinite' } },
  { kind: 'data', of: 'gradient', event: { kind: 'crosses', number: 'norm', value: 1e-3 } },
  { kind: 'data', of: 'metric', name: 'loss', event: { kind: 'unchanged', steps: 5 } },
  { kind: 'rule', rule: 'deadRelu', threshold: 0.9 },
];

describe('the form', () => {
  it('gives every kind of breakpoint back as it was', () => {
    for (const at of places) {
      expect(breakpointPlace.parse(at)).toEqual(at);
      const breakpoint = { at, hitCondition: '% 3', logMessage: 'at {step}' };
      expect(readDraft(draftOf(breakpoint)), describePlace(at)).toEqual({ kind: 'ok', breakpoint });
    }
  });

  it('says which field is wrong and what to write there', () => {
    const wrong = (draft: PlaceDraft, known = {}) => {
      const result = readDraft(draft, known);
      return result.kind === 'error' ? [result.field, result.message] : result.breakpoint;
    };
    for (const step of ['', '0', '-3', '1.5', 'ten']) expect(wrong(newDraft('step', { step }))).toContain('step');
    expect(wrong(newDraft('epochEnd', { epoch: 'x' }))).toContain('epoch');
    expect(wrong(newDraft('condition', { expression: 'loss >' }))).toContain('expression');
    expect(wrong(newDraft('layer'))).toEqual(['layer', 'Choose a layer of the model.']);
    expect(wrong(newDraft('layer', { layer: 'conv' }), { layers: ['conv2d_1'] })).toContain('layer');
    expect(wrong(newDraft('op', { op: 'Conv 2D' }))).toContain('op');
    expect(wrong(newDraft('op', { op: 'Conv2D', occurrence: '0' }))).toContain('occurrence');
    expect(wrong(newDraft('data', { event: 'crosses', value: 'ten' }))).toContain('value');
    expect(wrong(newDraft('data', { event: 'unchanged', steps: '' }))).toContain('steps');
    expect(wrong(newDraft('rule'))).toContain('rule');
    expect(wrong(newDraft('rule', { rule: 'deadRelu', threshold: 'much' }))).toContain('threshold');
    expect(wrong(newDraft('step', { step: '3', condition: 'loss >' }))).toContain('condition');
    expect(wrong(newDraft('step', { step: '3', hitCondition: 'often' }))).toContain('hitCondition');
    expect(wrong(newDraft('step', { step: '3', logMessage: 'loss {loss >}' }))).toContain('logMessage');
  });

  it('leaves out what is not written', () => {
    const draft = newDraft('data', { of: 'metric', name: ' loss ', event: 'crosses', number: 'norm', value: '0,5' });
    expect(readDraft(draft)).toEqual({
      kind: 'ok',
      breakpoint: {
        at: { kind: 'data', of: 'metric', name: 'loss', event: { kind: 'crosses', number: 'norm', value: 0.5 } },
      },
    });
  });
});
