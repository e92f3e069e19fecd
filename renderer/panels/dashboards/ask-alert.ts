/** What an alert is about, asked in three short questions. */
import { closestName } from '../../../src/shared/conditions/closest-name.js';
import { alertRule, alertWords, type AlertRule } from '../../state/alert-rules.js';
import { notify } from '../../state/app-state.js';
import { addAlert } from '../../state/dashboards.js';
import { ask } from '../../state/dialogs.js';
import { findNamed } from './series-names.js';

/** A rule's kind, how it is offered, and the number that it needs. */
const kinds: readonly {
  readonly kind: AlertRule['kind'];
  readonly label: string;
  readonly number?: [string, string];
}[] = [
  { kind: 'notFinite', label: 'It Is Not Finite' },
  { kind: 'rising', label: 'It Rises Several Times in a Row', number: ['How many times in a row?', '5'] },
  { kind: 'falling', label: 'It Falls Several Times in a Row', number: ['How many times in a row?', '5'] },
  { kind: 'noProgress', label: 'No New Lowest Value', number: ['In how many points?', '20'] },
  { kind: 'noGain', label: 'No New Highest Value', number: ['In how many points?', '20'] },
  { kind: 'above', label: 'It Is above a Value', number: ['Above which value?', '1'] },
  { kind: 'below', label: 'It Is below a Value', number: ['Below which value?', '0.1'] },
];

/** @param names of the series that are drawn: an alert may be on one that is still to come, but rarely is */
export async function askAlert(suggested: string, names: ReadonlySet<string>): Promise<void> {
  const series = await ask({
    kind: 'text',
    title: 'Alert on a series of the training, or of any opened run that grows',
    label: 'Name of the series',
    value: suggested,
    confirm: 'Next',
    check: (text) => (text.trim() === '' ? 'Name a series, for example val_loss or validation/loss.' : undefined),
  });
  if (series === undefined) return;
  const chosen = await ask({
    kind: 'choose',
    title: `When is ${series.trim()} worth telling?`,
    choices: kinds.map(({ kind, label }) => ({ id: kind, label })),
  });
  const kind = kinds.find((one) => one.kind === chosen);
  if (!kind) return;
  const number = await askNumber(kind);
  if (number === undefined) return;
  const rule = ruleOf(kind.kind, number);
  if (!rule) return;
  const what = await ask({
    kind: 'choose',
    title: `When ${alertWords({ series: series.trim(), rule })}`,
    message:
      'The window and, where it is not in front, the desktop tell of it once a run. Only a training of this window can be ended.',
    choices: [
      { id: 'tell', label: 'Tell', kind: 'primary' },
      { id: 'stop', label: 'Tell, and End the Training' },
    ],
  });
  if (what === undefined) return;
  addAlert({ series: series.trim(), rule, stop: what === 'stop' });
  notify({
    severity: 'info',
    message: `Alert set: ${alertWords({ series: series.trim(), rule })}.`,
    ...(findNamed(series, names) === undefined ? { detail: notThereYet(series.trim(), names) } : {}),
  });
  await allowDesktop();
}

function notThereYet(series: string, names: ReadonlySet<string>): string {
  const near = closestName(series, [...names].slice(0, 5000));
  const hint = near === undefined ? '' : ` Is “${near}” meant?`;
  return `None of the runs that are drawn has a series of that name so far.${hint}`;
}

let toldOfDesktop = false;

/** Browsers ask only after something that the person did. */
async function allowDesktop(): Promise<void> {
  if (typeof Notification === 'undefined' || toldOfDesktop) return;
  const permission =
    Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
  if (permission === 'granted') return;
  toldOfDesktop = true;
  notify({
    severity: 'info',
    message: 'Alerts are told in this window alone.',
    detail:
      'The browser may not show notifications of this page; its settings of the page, left of the address, allow them.',
  });
}

/** 0 where none is needed. */
async function askNumber({ kind, label, number }: (typeof kinds)[number]): Promise<number | undefined> {
  if (!number) return 0;
  const typed = await ask({
    kind: 'text',
    title: label,
    label: number[0],
    value: number[1],
    confirm: 'Next',
    check: (text) => {
      if (text.trim() !== '' && ruleOf(kind, Number(text))) return undefined;
      return kind === 'above' || kind === 'below' ? 'A number.' : 'A whole number from 1 on.';
    },
  });
  return typed === undefined ? undefined : Number(typed);
}

function ruleOf(kind: AlertRule['kind'], number: number): AlertRule | undefined {
  return alertRule.safeParse({ kind, times: number, value: number }).data;
}
