/** Choices for the next run, in a small form under the toolbar; empty fields leave it to the experiment. */
import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useStore } from 'zustand';
import { backendNames, summaryModes, type RunOptions, type SummaryCost } from '../../src/shared/protocol/training.js';
import { summaryCostWords } from '../../src/shared/session/summary-cost.js';
import { formatBytes } from '../charts/format.js';
import { canRun, runCommand } from '../state/commands.js';
import { showEngine } from '../state/engine.js';
import { sessionUi, type RunChoices } from '../state/session-ui.js';
import { readSettings, settingsText } from '../state/typed-settings.js';
import { useApp } from '../use-app.js';
import { Icon } from '../ui/icon.js';

const backendWords: Record<RunOptions['backend'], string> = {
  auto: 'the best here',
  tensorflow: 'tensorflow (native)',
  webgpu: 'webgpu',
  wasm: 'wasm',
  cpu: 'cpu (slow)',
};

const summaryWords: Record<(typeof summaryModes)[number], string> = {
  off: 'off – curves alone',
  default: 'within 3 % of the time, and at its end',
  all: 'all, whatever it takes',
};

export function RunOptionsButton({ enabled }: { enabled: boolean }) {
  const choices = useStore(sessionUi, (state) => state.choices);
  const changed =
    choices.backend !== 'auto' ||
    choices.epochs !== undefined ||
    choices.seed !== undefined ||
    choices.settings !== undefined ||
    choices.summaries !== undefined;
  return (
    <DialogTrigger>
      <Button className="icon-button command-button run-options-button" isDisabled={!enabled} aria-label="Run options">
        <span title="Run options: backend, epochs, seed, settings, summaries">
          <Icon name="settings" />
        </span>
        {changed && <i className="changed-mark" aria-label="changed" />}
      </Button>
      <Popover className="popover" placement="bottom end" offset={6}>
        <Dialog className="run-options" aria-label="Run options">
          {({ close }) => <RunOptionsForm choices={choices} close={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function RunOptionsForm({ choices, close }: { choices: RunChoices; close: () => void }) {
  const experiment = useApp((state) => state.experiment);
  const engine = useApp((state) => state.engine);
  const cost = useApp((state) => state.session?.summaries);
  const settings = useApp((state) => (experiment ? state.analyses[experiment]?.settings : undefined));
  const [epochs, setEpochs] = useState(choices.epochs === undefined ? '' : String(choices.epochs));
  const [seed, setSeed] = useState(choices.seed === undefined ? '' : String(choices.seed));
  const [given, setGiven] = useState(settingsText(choices.settings));
  const givenWrong = readSettings(given) === undefined;
  const epochsWrong = epochs !== '' && !/^[1-9]\d*$/.test(epochs);
  const seedWrong = seed !== '' && !/^\d+$/.test(seed);
  const set = (change: Partial<RunChoices>) =>
    sessionUi.setState((state) => ({ choices: { ...state.choices, ...change } }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (epochsWrong || seedWrong || givenWrong) return;
        close();
        if (canRun('run.start')) void runCommand('run.start');
      }}
    >
      <h3>Next run</h3>
      <label>
        <span>Backend</span>
        <select
          className="input"
          value={choices.backend}
          onChange={(event) => set({ backend: event.target.value as RunOptions['backend'] })}
        >
          {(['auto', ...backendNames] as const).map((name) => (
            <option key={name} value={name}>
              {name === 'auto' ? 'auto – ' : ''}
              {backendWords[name]}
            </option>
          ))}
        </select>
      </label>
      {engine && !engine.installed && !engine.progress && (
        <button
          type="button"
          className="link-button run-options-engine"
          onClick={() => {
            close();
            void showEngine();
          }}
        >
          Set up native TensorFlow…
        </button>
      )}
      <label>
        <span>Epochs</span>
        <input
          className="input"
          inputMode="numeric"
          placeholder={settings ? String(settings.epochs) : 'as in the experiment'}
          value={epochs}
          aria-invalid={epochsWrong}
          onChange={(event) => {
            const text = event.target.value.trim();
            setEpochs(text);
            if (text === '') set({ epochs: undefined });
            else if (/^[1-9]\d*$/.test(text)) set({ epochs: Number(text) });
          }}
        />
      </label>
      <label>
        <span>Seed</span>
        <input
          className="input"
          inputMode="numeric"
          placeholder={settings ? String(settings.seed) : 'as in the experiment'}
          value={seed}
          aria-invalid={seedWrong}
          onChange={(event) => {
            const text = event.target.value.trim();
            setSeed(text);
            if (text === '') set({ seed: undefined });
            else if (/^\d+$/.test(text)) set({ seed: Number(text) });
          }}
        />
      </label>
      <label title="Handed to the experiment’s functions, as by --set: model: ({ units = 8 }) => …">
        <span>Settings</span>
        <input
          className="input"
          placeholder="rate=0.01 units=8"
          spellCheck={false}
          value={given}
          aria-invalid={givenWrong}
          onChange={(event) => {
            setGiven(event.target.value);
            const read = readSettings(event.target.value);
            if (read) set({ settings: Object.keys(read).length > 0 ? read : undefined });
          }}
        />
      </label>
      <label title="Histograms, norms, images, confusion matrix and the like, beside loss and metrics">
        <span>Summaries</span>
        <select
          className="input"
          value={choices.summaries ?? ''}
          onChange={(event) => {
            const mode = summaryModes.find((one) => one === event.target.value);
            set({ summaries: mode });
          }}
        >
          <option value="">as in the experiment</option>
          {summaryModes.map((mode) => (
            <option key={mode} value={mode}>
              {summaryWords[mode]}
            </option>
          ))}
        </select>
      </label>
      {cost && <p className="run-options-note">{costText(cost)}</p>}
      <div className="field-error" role="alert">
        {epochsWrong
          ? 'Epochs: a whole number, from 1.'
          : seedWrong
            ? 'Seed: a whole number, from 0.'
            : givenWrong
              ? 'Settings: names with values, as rate=0.01 units=8.'
              : ''}
      </div>
      <div className="run-options-actions">
        <button
          type="button"
          className="button"
          onClick={() => {
            setEpochs('');
            setSeed('');
            setGiven('');
            sessionUi.setState({ choices: { backend: 'auto' } });
          }}
        >
          Reset
        </button>
        <button type="submit" className="button" data-kind="primary" disabled={epochsWrong || seedWrong || givenWrong}>
          Run
        </button>
      </div>
    </form>
  );
}

function costText(cost: SummaryCost): string {
  return `In the last run: ${summaryCostWords(cost)}; ${formatBytes(cost.bytes)}.`;
}
