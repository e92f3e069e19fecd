/**
 * A training breakpoint as it is being written in the form: every field as its text, and what they come
 * to. Pure: a wrong field is told by its name, with what to write there.
 */
import type { KnownNames } from '../../src/shared/conditions/condition.js';
import type {
  BreakpointPlace,
  DataEvent,
  StepPhase,
  SummaryNumber,
  TrainingBreakpoint,
} from '../../src/shared/protocol/training.js';
import { conditionProblem, hitConditionProblem, logMessageProblem } from './condition-check.js';

export type PlaceKind = BreakpointPlace['kind'];
type LayerPlace = Extract<BreakpointPlace, { kind: 'layer' }>;
type DataPlace = Extract<BreakpointPlace, { kind: 'data' }>;

/** Fields of the other kinds stay as they were: a person who changes the kind twice has lost nothing. */
export interface PlaceDraft {
  readonly kind: PlaceKind;
  readonly step: string;
  readonly epoch: string;
  readonly expression: string;
  readonly phase: StepPhase;
  readonly layer: string;
  readonly when: LayerPlace['when'];
  readonly pass: LayerPlace['pass'];
  readonly op: string;
  /** Empty: any. */
  readonly opLayer: string;
  readonly opPhase: StepPhase | '';
  readonly occurrence: string;
  readonly of: DataPlace['of'];
  readonly name: string;
  readonly event: DataEvent['kind'];
  readonly number: SummaryNumber;
  readonly value: string;
  readonly steps: string;
  readonly rule: string;
  readonly threshold: string;
  readonly condition: string;
  readonly hitCondition: string;
  readonly logMessage: string;
}

const empty: PlaceDraft = {
  kind: 'step',
  step: '',
  epoch: '',
  expression: '',
  phase: 'gradient',
  layer: '',
  when: 'before',
  pass: 'forward',
  op: '',
  opLayer: '',
  opPhase: '',
  occurrence: '',
  of: 'gradient',
  name: '',
  event: 'notFinite',
  number: 'norm',
  value: '',
  steps: '5',
  rule: '',
  threshold: '',
  condition: '',
  hitCondition: '',
  logMessage: '',
};

export type DraftField = keyof PlaceDraft;
export type Breakpoint = Omit<TrainingBreakpoint, 'id' | 'enabled'>;

export type DraftResult =
  | { readonly kind: 'ok'; readonly breakpoint: Breakpoint }
  | { readonly kind: 'error'; readonly field: DraftField; readonly message: string };

/** Its place as far as it is written, for what is in reach there; without its names, which change nothing of that. */
export function reachPlace({ kind, phase, layer, when, pass, op, of }: PlaceDraft): BreakpointPlace {
  switch (kind) {
    case 'step':
      return { kind, step: 1 };
    case 'epochEnd':
      return { kind };
    case 'condition':
      return { kind, condition: '' };
    case 'phase':
      return { kind, phase };
    case 'layer':
      return { kind, layer, when, pass };
    case 'op':
      return { kind, op };
    case 'data':
      return { kind, of, event: { kind: 'notFinite' } };
    case 'rule':
      return { kind, rule: '' };
  }
}

export function newDraft(kind: PlaceKind, more: Partial<PlaceDraft> = {}): PlaceDraft {
  return { ...empty, ...more, kind };
}

export function draftOf(breakpoint: Breakpoint): PlaceDraft {
  const { at, condition = '', hitCondition = '', logMessage = '' } = breakpoint;
  return newDraft(at.kind, { ...placeFields(at), condition, hitCondition, logMessage });
}

function placeFields(at: BreakpointPlace): Partial<PlaceDraft> {
  switch (at.kind) {
    case 'step':
      return { step: String(at.step) };
    case 'epochEnd':
      return { epoch: at.epoch === undefined ? '' : String(at.epoch) };
    case 'condition':
      return { expression: at.condition };
    case 'phase':
      return { phase: at.phase };
    case 'layer':
      return { layer: at.layer, when: at.when, pass: at.pass };
    case 'op':
      return {
        op: at.op,
        opLayer: at.layer ?? '',
        opPhase: at.phase ?? '',
        occurrence: at.occurrence === undefined ? '' : String(at.occurrence),
      };
    case 'data': {
      const { event } = at;
      return {
        of: at.of,
        name: at.name ?? '',
        event: event.kind,
        ...(event.kind === 'crosses' ? { number: event.number, value: String(event.value) } : {}),
        ...(event.kind === 'unchanged' ? { steps: String(event.steps) } : {}),
      };
    }
    case 'rule':
      return { rule: at.rule, threshold: at.threshold === undefined ? '' : String(at.threshold) };
  }
}

/** What the draft comes to. Condition, hit count and log message are read with it. */
export function readDraft(draft: PlaceDraft, known: KnownNames = {}): DraftResult {
  const place = readPlaceOf(draft, known);
  if (place.kind === 'error') return place;
  const { at } = place;
  const [condition, hitCondition, logMessage] = [
    draft.condition.trim(),
    draft.hitCondition.trim(),
    draft.logMessage.trim(),
  ];
  const wrong = (field: DraftField, message: string | undefined): DraftResult | undefined =>
    message === undefined ? undefined : { kind: 'error', field, message };
  return (
    (condition === '' ? undefined : wrong('condition', conditionProblem(at, condition, known))) ??
    (hitCondition === '' ? undefined : wrong('hitCondition', hitConditionProblem(hitCondition))) ??
    (logMessage === '' ? undefined : wrong('logMessage', logMessageProblem(at, logMessage, known))) ?? {
      kind: 'ok',
      // Absent rather than empty: what is kept says only what is there.
      breakpoint: {
        at,
        ...(condition === '' ? {} : { condition }),
        ...(hitCondition === '' ? {} : { hitCondition }),
        ...(logMessage === '' ? {} : { logMessage }),
      },
    }
  );
}

type PlaceResult =
  { readonly kind: 'ok'; readonly at: BreakpointPlace } | Extract<DraftResult, { readonly kind: 'error' }>;

function readPlaceOf(draft: PlaceDraft, known: KnownNames): PlaceResult {
  const wrong = (field: DraftField, message: string): PlaceResult => ({ kind: 'error', field, message });
  switch (draft.kind) {
    case 'step': {
      const step = wholeNumber(draft.step);
      return step === undefined
        ? wrong('step', 'Write the number of a step, from 1.')
        : { kind: 'ok', at: { kind: 'step', step } };
    }
    case 'epochEnd': {
      if (draft.epoch.trim() === '') return { kind: 'ok', at: { kind: 'epochEnd' } };
      const epoch = wholeNumber(draft.epoch);
      return epoch === undefined
        ? wrong('epoch', 'Write the number of an epoch, from 1, or leave it empty for every epoch.')
        : { kind: 'ok', at: { kind: 'epochEnd', epoch } };
    }
    case 'condition': {
      const at: BreakpointPlace = { kind: 'condition', condition: draft.expression.trim() };
      const problem = conditionProblem(at, at.condition, known);
      return problem === undefined ? { kind: 'ok', at } : wrong('expression', problem);
    }
    case 'phase':
      return { kind: 'ok', at: { kind: 'phase', phase: draft.phase } };
    case 'layer': {
      const layer = draft.layer.trim();
      if (layer === '') return wrong('layer', 'Choose a layer of the model.');
      if (known.layers && !known.layers.includes(layer)) return wrong('layer', `The model has no layer ${layer}.`);
      return { kind: 'ok', at: { kind: 'layer', layer, when: draft.when, pass: draft.pass } };
    }
    case 'op':
      return readOp(draft, wrong);
    case 'data':
      return readData(draft, wrong);
    case 'rule': {
      if (draft.rule === '') return wrong('rule', 'Choose a rule.');
      const text = draft.threshold.trim();
      const threshold = realNumber(text);
      if (text !== '' && threshold === undefined)
        return wrong('threshold', 'Write a number, or leave it empty for the usual threshold.');
      return { kind: 'ok', at: { kind: 'rule', rule: draft.rule, ...(threshold === undefined ? {} : { threshold }) } };
    }
  }
}

type Wrong = (field: DraftField, message: string) => PlaceResult;

function readOp({ op, opLayer, opPhase, occurrence }: PlaceDraft, wrong: Wrong): PlaceResult {
  const name = op.trim();
  if (!/^\w+$/.test(name)) return wrong('op', 'Write the name of an op, for example Conv2D.');
  const nth = wholeNumber(occurrence);
  if (occurrence.trim() !== '' && nth === undefined)
    return wrong('occurrence', 'Write which one it is, from 1, or leave it empty for all.');
  const layer = opLayer.trim();
  return {
    kind: 'ok',
    at: {
      kind: 'op',
      op: name,
      ...(layer === '' ? {} : { layer }),
      ...(opPhase === '' ? {} : { phase: opPhase }),
      ...(nth === undefined ? {} : { occurrence: nth }),
    },
  };
}

function readData({ of, name, event, number, value, steps }: PlaceDraft, wrong: Wrong): PlaceResult {
  const trimmed = name.trim();
  const at = (what: DataEvent): PlaceResult => ({
    kind: 'ok',
    at: { kind: 'data', of, ...(trimmed === '' ? {} : { name: trimmed }), event: what },
  });
  switch (event) {
    case 'notFinite':
      return at({ kind: 'notFinite' });
    case 'crosses': {
      const level = realNumber(value);
      return level === undefined
        ? wrong('value', 'Write the number that it crosses, for example 10 or 1e-3.')
        : at({ kind: 'crosses', number, value: level });
    }
    case 'unchanged': {
      const count = wholeNumber(steps);
      return count === undefined
        ? wrong('steps', 'Write over how many steps, from 1.')
        : at({ kind: 'unchanged', steps: count });
    }
  }
}

function wholeNumber(text: string): number | undefined {
  const value = Number(text.trim());
  return /^\d+$/.test(text.trim()) && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function realNumber(text: string): number | undefined {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}
