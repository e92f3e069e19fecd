/** The one form that every training breakpoint is written in; what is typed is checked at once. */
import { useEffect, useRef, useState } from 'react';
import { offeredInCondition, offeredInMessage } from '../../state/condition-words.js';
import { closeForm, type OpenForm } from '../../state/breakpoint-form.js';
import { knownNames } from '../../state/known-places.js';
import { reachPlace, readDraft, type DraftField, type PlaceDraft, type PlaceKind } from '../../state/place-draft.js';
import { addBreakpoint, replaceBreakpoint } from '../../state/session-breakpoints.js';
import { told } from '../../training/break-menu.js';
import { Icon } from '../../ui/icon.js';
import { PlaceFields, TextField, type FieldsProps } from './place-fields.js';

export const placeKinds: readonly {
  readonly kind: PlaceKind;
  readonly label: string;
  /** In the menu of the + button. */
  readonly item: string;
}[] = [
  { kind: 'step', label: 'At step', item: 'Step…' },
  { kind: 'epochEnd', label: 'At end of epoch', item: 'End of Epoch…' },
  { kind: 'condition', label: 'When', item: 'Condition…' },
  { kind: 'phase', label: 'At a phase', item: 'Phase of the Step…' },
  { kind: 'layer', label: 'At a layer', item: 'Layer…' },
  { kind: 'op', label: 'At an op', item: 'Op…' },
  { kind: 'data', label: 'When a value…', item: 'Value…' },
  { kind: 'rule', label: 'When a rule finds…', item: 'Rule…' },
];

/** What has the keyboard first in the form of each kind. */
const firstFields: Readonly<Record<PlaceKind, DraftField>> = {
  step: 'step',
  epochEnd: 'epoch',
  condition: 'expression',
  phase: 'phase',
  layer: 'layer',
  op: 'op',
  data: 'of',
  rule: 'rule',
};

export function BreakpointForm({ open, leave }: { open: OpenForm; leave(): void }) {
  const [draft, setDraft] = useState<PlaceDraft>(open.draft);
  const [tried, setTried] = useState(false);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const written = draft.condition + draft.hitCondition + draft.logMessage !== '';
  const [more, setMore] = useState(written || isMore(open.focus));
  const form = useRef<HTMLFormElement>(null);
  const result = readDraft(draft, knownNames());
  // An empty field is no mistake until it is sent.
  const isTold = result.kind === 'error' && (tried || (touched.has(result.field) && draft[result.field] !== ''));
  const wrong = isTold ? result : undefined;

  // The breakpoints are the last section: the form would open below the edge of the side bar.
  useEffect(() => {
    form.current?.scrollIntoView({ block: 'nearest' });
  }, [draft.kind, draft.event, more, wrong?.message]);
  // Asked for from elsewhere, the panel may have been hidden when its field wanted the keyboard.
  const focus = open.focus ?? firstFields[draft.kind];
  useEffect(() => {
    const timer = setTimeout(() => {
      if (!form.current?.contains(document.activeElement)) {
        form.current?.querySelector<HTMLElement>('[data-first], .place-fields .input')?.focus();
      }
    }, 60);
    return () => clearTimeout(timer);
  }, []);

  const change = (part: Partial<PlaceDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setTouched((before) => new Set([...before, ...Object.keys(part)]));
  };
  const done = () => {
    closeForm();
    leave();
  };
  const send = () => {
    setTried(true);
    if (result.kind !== 'ok') {
      if (isMore(result.field)) setMore(true);
      return;
    }
    const { at, ...rest } = result.breakpoint;
    told(open.id === undefined ? addBreakpoint(at, rest) : replaceBreakpoint(open.id, result.breakpoint));
    done();
  };
  const fields: FieldsProps = { draft, change, focus, ...(wrong ? { wrong: wrong.field } : {}) };
  return (
    <form
      className="place-form"
      ref={form}
      data-kind={draft.kind}
      aria-label={open.id === undefined ? 'New breakpoint' : 'Change breakpoint'}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        done();
      }}
    >
      <select
        className="input place-kind"
        aria-label="Kind of breakpoint"
        value={draft.kind}
        onChange={(event) => {
          setDraft((before) => ({ ...before, kind: event.target.value as PlaceKind }));
          setTried(false);
        }}
      >
        {placeKinds.map((entry) => (
          <option key={entry.kind} value={entry.kind}>
            {entry.label}
          </option>
        ))}
      </select>
      <div className="place-fields" key={draft.kind}>
        <PlaceFields {...fields} />
      </div>
      {draft.kind === 'condition' && !wrong && (
        <p className="place-form-help">
          Over <code>loss</code>, metrics by name, <code>learningRate</code>, <code>gradNorm</code>,{' '}
          <code>gradNorm('layer')</code>, <code>step</code>, <code>epoch</code>.
        </p>
      )}
      <button type="button" className="link-button place-more" aria-expanded={more} onClick={() => setMore(!more)}>
        <Icon name={more ? 'chevron-down' : 'chevron-right'} />
        {draft.kind === 'condition' ? 'Hit count, log message' : 'Condition, hit count, log message'}
      </button>
      {more && (
        <div className="place-fields">
          {draft.kind !== 'condition' && (
            <TextField
              {...fields}
              field="condition"
              label="Only when"
              placeholder={conditionExample(draft)}
              complete={(text, caret) => offeredInCondition(reachPlace(draft), text, caret, knownNames())}
            />
          )}
          <TextField {...fields} field="hitCondition" label="Hit count" placeholder="5, >= 10, % 3" />
          <TextField
            {...fields}
            field="logMessage"
            label="Print instead"
            placeholder="loss is {loss}"
            complete={(text, caret) => offeredInMessage(reachPlace(draft), text, caret, knownNames())}
          />
        </div>
      )}
      <div className="place-form-foot">
        <span className="field-error" role="alert">
          {wrong?.message ?? ''}
        </span>
        <button type="button" className="button" onClick={done}>
          Cancel
        </button>
        <button type="submit" className="button" data-kind="primary">
          {open.id === undefined ? 'Add' : 'Save'}
        </button>
      </div>
    </form>
  );
}

function isMore(field: DraftField | undefined): boolean {
  return field === 'condition' || field === 'hitCondition' || field === 'logMessage';
}

function conditionExample({ kind, when, pass }: PlaceDraft): string {
  if (kind === 'layer' && when === 'after') return pass === 'forward' ? 'zeros(output) > 0.9' : 'norm(grad) > 10';
  return kind === 'layer' || kind === 'op' ? 'step > 100' : 'loss > 2';
}
