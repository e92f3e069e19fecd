/** The fields that say where a breakpoint of each kind stops. Layers, ops and rules are offered from what is known of the model. */
import { numberWords } from '../../../src/shared/breakpoints/describe-place.js';
import { useEffect, useId, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { stepPhases, summaryNumbers, type StepPhase } from '../../../src/shared/protocol/training.js';
import { appStore } from '../../state/app-state.js';
import { offeredInCondition, offeredWords } from '../../state/condition-words.js';
import {
  graphOfExperiment,
  knownLayers,
  knownMetrics,
  knownNames,
  learnRules,
  opsOf,
  rulesStore,
  weightNames,
} from '../../state/known-places.js';
import { reachPlace, type DraftField, type PlaceDraft } from '../../state/place-draft.js';
import { hasEnded } from '../../../src/shared/session/session-state.js';
import { CompletingInput } from '../../ui/completing-input.js';
import type { Complete } from '../../ui/completion.js';
import { useApp } from '../../use-app.js';

export interface FieldsProps {
  readonly draft: PlaceDraft;
  /** The field that is wrong, where that is to be shown. */
  readonly wrong?: DraftField;
  readonly focus?: DraftField;
  change(change: Partial<PlaceDraft>): void;
}

export function PlaceFields(props: FieldsProps) {
  switch (props.draft.kind) {
    case 'step':
      return <TextField {...props} field="step" label="At step" placeholder="40" bare />;
    case 'epochEnd':
      return <TextField {...props} field="epoch" label="At end of epoch" placeholder="every epoch" bare />;
    case 'condition':
      return (
        <TextField
          {...props}
          field="expression"
          label="When"
          placeholder="loss > 2 || isNaN(loss)"
          complete={(text, caret) => offeredInCondition(reachPlace(props.draft), text, caret, knownNames())}
          bare
        />
      );
    case 'phase':
      return <ChoiceField {...props} field="phase" label="Before" choices={phaseChoices} />;
    case 'layer':
      return <LayerFields {...props} />;
    case 'op':
      return <OpFields {...props} />;
    case 'data':
      return <DataFields {...props} />;
    case 'rule':
      return <RuleFields {...props} />;
  }
}

const phaseNames: Readonly<Record<StepPhase, string>> = {
  forward: 'forward pass',
  loss: 'loss',
  gradient: 'gradient pass',
  optimizer: 'optimizer’s update',
};

const phaseChoices = stepPhases.map((phase) => [phase, `the ${phaseNames[phase]}`] as const);

const layerMoments = [
  ['before forward', 'before it runs'],
  ['after forward', 'after it ran'],
  ['before gradient', 'before its gradient'],
  ['after gradient', 'after its gradient'],
] as const;

function LayerFields(props: FieldsProps) {
  const { draft, change } = props;
  const id = useId();
  return (
    <>
      <TextField
        {...props}
        field="layer"
        label="Layer"
        placeholder={knownLayers(appStore.getState())[0]?.layer ?? 'dense_1'}
        complete={(text) => offeredWords(layerNames(), 'layer', text)}
      />
      <Labelled id={id} label="Stop">
        <select
          id={id}
          className="input"
          value={`${draft.when} ${draft.pass}`}
          onChange={(event) => {
            const [when, pass] = event.target.value.split(' ');
            change({ when: when as PlaceDraft['when'], pass: pass as PlaceDraft['pass'] });
          }}
        >
          {layerMoments.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </Labelled>
    </>
  );
}

function OpFields(props: FieldsProps) {
  const { draft } = props;
  const offerOps: Complete = async (text) => {
    const ops = opsOf(await graphOfExperiment());
    const count = new Map(ops.map((entry) => [entry.op, entry.count]));
    return offeredWords(
      ops.map(({ op }) => op),
      'op',
      text,
    ).map((offer) => ({ ...offer, detail: `${count.get(offer.label)}×` }));
  };
  const offerLayers: Complete = async (text) => {
    const known = opsOf(await graphOfExperiment()).find(({ op }) => op === draft.op.trim());
    return offeredWords(known?.layers ?? layerNames(), 'layer', text);
  };
  return (
    <>
      <TextField {...props} field="op" label="Op" placeholder="Conv2D" complete={offerOps} />
      <TextField {...props} field="opLayer" label="In layer" placeholder="any" complete={offerLayers} />
      <ChoiceField
        {...props}
        field="opPhase"
        label="Phase"
        choices={[['', 'any'], ...stepPhases.map((phase) => [phase, phase] as const)]}
      />
      <TextField {...props} field="occurrence" label="Which" placeholder="all; 2 is the second in a step" />
    </>
  );
}

const ofChoices = [
  ['gradient', 'Gradient'],
  ['activation', 'Activation'],
  ['weight', 'Weight'],
  ['metric', 'Metric'],
] as const;

const eventChoices = [
  ['notFinite', 'is not finite'],
  ['crosses', 'crosses a number'],
  ['unchanged', 'stops changing'],
] as const;

function DataFields(props: FieldsProps) {
  const { draft } = props;
  const names = async (): Promise<readonly string[]> => {
    if (draft.of === 'metric') return ['loss', ...knownMetrics(appStore.getState())];
    if (draft.of === 'activation') return layerNames();
    return [...layerNames(), ...weightNames(await graphOfExperiment())];
  };
  const isMetric = draft.of === 'metric';
  return (
    <>
      <ChoiceField {...props} field="of" label="Value" choices={ofChoices} />
      <TextField
        {...props}
        field="name"
        label={isMetric ? 'Metric' : 'Of'}
        placeholder={isMetric ? 'any' : draft.of === 'activation' ? 'any layer' : 'any; dense_1 or dense_1/kernel'}
        complete={async (text) => offeredWords(await names(), isMetric ? 'variable' : 'layer', text)}
      />
      <ChoiceField {...props} field="event" label="Stop when it" choices={eventChoices} />
      {draft.event === 'crosses' && (
        <>
          {!isMetric && (
            <ChoiceField
              {...props}
              field="number"
              label="Its"
              choices={summaryNumbers.map((number) => [number, numberWords[number]] as const)}
            />
          )}
          <TextField {...props} field="value" label="Crosses" placeholder="10" />
        </>
      )}
      {draft.event === 'unchanged' && <TextField {...props} field="steps" label="For steps" placeholder="5" />}
    </>
  );
}

function RuleFields(props: FieldsProps) {
  const rules = useStore(rulesStore, (state) => state.rules);
  const { draft } = props;
  const alive = useApp((state) => state.session !== undefined && !hasEnded(state.session));
  const missing = rules.length === 0;
  useEffect(() => {
    if (alive && missing) void learnRules();
  }, [alive, missing]);
  const rule = rules.find((entry) => entry.rule === draft.rule);
  if (rules.length === 0) {
    return (
      <p className="place-form-help">
        The rules are told by the trainer: run the experiment once, then they can be chosen here.
      </p>
    );
  }
  return (
    <>
      <ChoiceField
        {...props}
        field="rule"
        label="Rule"
        choices={[
          ...(rule ? [] : [[draft.rule, draft.rule === '' ? 'Choose…' : draft.rule] as const]),
          ...rules.map((entry) => [entry.rule, entry.title] as const),
        ]}
      />
      {rule?.thresholdOf !== undefined && (
        <TextField
          {...props}
          field="threshold"
          label="Threshold"
          placeholder={`${rule.threshold ?? ''} (${rule.thresholdOf})`}
        />
      )}
    </>
  );
}

function layerNames(): readonly string[] {
  return knownLayers(appStore.getState()).map(({ layer }) => layer);
}

type TextKey = {
  [K in keyof PlaceDraft]: string extends PlaceDraft[K] ? K : never;
}[keyof PlaceDraft];

interface TextFieldProps extends FieldsProps {
  readonly field: TextKey;
  readonly label: string;
  readonly placeholder?: string;
  readonly complete?: Complete;
  /** Its kind says what it is: no label of its own is drawn. */
  readonly bare?: boolean;
}

export function TextField({
  draft,
  wrong,
  focus,
  change,
  field,
  label,
  placeholder,
  complete,
  bare = false,
}: TextFieldProps) {
  const id = useId();
  const shared = {
    id,
    className: 'input',
    autoFocus: focus === field,
    spellCheck: false,
    'data-code': complete !== undefined || undefined,
    'aria-invalid': wrong === field,
    placeholder,
    value: draft[field],
    onChange: (event: { readonly target: { readonly value: string } }) => change({ [field]: event.target.value }),
  } as const;
  return (
    <Labelled id={id} label={label} bare={bare}>
      {complete ? (
        <CompletingInput
          {...shared}
          aria-label={bare ? label : undefined}
          complete={complete}
          atOnce={field !== 'expression' && field !== 'condition' && field !== 'logMessage'}
        />
      ) : (
        <input {...shared} aria-label={bare ? label : undefined} />
      )}
    </Labelled>
  );
}

interface ChoiceFieldProps<K extends keyof PlaceDraft> extends FieldsProps {
  readonly field: K;
  readonly label: string;
  readonly choices: readonly (readonly [value: PlaceDraft[K], words: string])[];
}

function ChoiceField<K extends keyof PlaceDraft>({
  draft,
  wrong,
  focus,
  change,
  field,
  label,
  choices,
}: ChoiceFieldProps<K>) {
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <select
        id={id}
        className="input"
        autoFocus={focus === field}
        aria-invalid={wrong === field}
        value={draft[field]}
        onChange={(event) => change({ [field]: event.target.value } as Partial<PlaceDraft>)}
      >
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

function Labelled({
  id,
  label,
  bare = false,
  children,
}: {
  id: string;
  label: string;
  bare?: boolean;
  children: ReactNode;
}) {
  if (bare) return <div className="place-field-bare">{children}</div>;
  return (
    <>
      <label className="place-label" htmlFor={id}>
        {label}
      </label>
      {children}
    </>
  );
}
