/** Draws the question that state/dialogs.ts holds: choices, a text, trust, shortcuts, about. */
import { useEffect, useRef, useState } from 'react';
import { host } from '../host/index.js';
import { allCommands, shownKeys } from '../state/commands.js';
import type { Asked, Question } from '../state/dialogs.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { useApp } from '../use-app.js';
import { EngineDialog } from './engine-dialog.js';
import { FolderDialog } from './folder-dialog.js';
import { forPerson } from './keys.js';
import { Palette } from './palette.js';
import { Pick } from './pick-list.js';

export function QuestionDialog({ asked }: { asked: Asked }) {
  const { question } = asked;
  const close = () => asked.answer(undefined);
  switch (question.kind) {
    case 'choose':
      return <Choose question={question} answer={(id) => asked.answer(id)} />;
    case 'text':
      return <AskText question={question} answer={(text) => asked.answer(text)} />;
    case 'folder':
      return (
        <FolderDialog
          title={question.title}
          confirm={question.confirm}
          start={question.start}
          answer={(path) => asked.answer(path)}
        />
      );
    case 'trust':
      return <Trust question={question} answer={(id) => asked.answer(id)} />;
    case 'engine':
      return <EngineDialog close={close} />;
    case 'palette':
      return <Palette prefix={question.prefix} close={close} />;
    case 'pick':
      return <Pick question={question} answer={(id) => asked.answer(id)} />;
    case 'shortcuts':
      return <Shortcuts close={close} />;
    case 'about':
      return <About close={close} />;
  }
}

type Of<K extends Question['kind']> = Extract<Question, { kind: K }>;

function Choose({ question, answer }: { question: Of<'choose'>; answer(id: string | undefined): void }) {
  return (
    <Dialog
      title={question.title}
      width={question.choices.length > 3 ? 540 : undefined}
      close={() => answer(undefined)}
      buttons={
        <>
          <button type="button" className="button" onClick={() => answer(undefined)}>
            Cancel
          </button>
          {[...question.choices].reverse().map((choice, index, all) => (
            <button
              key={choice.id}
              type="button"
              className="button"
              data-kind={choice.kind}
              data-autofocus={index === all.length - 1 || undefined}
              onClick={() => answer(choice.id)}
            >
              {choice.label}
            </button>
          ))}
        </>
      }
    >
      {question.message && <p>{question.message}</p>}
      {question.details?.map((line) => (
        <p key={line} className="dialog-dim">
          {line}
        </p>
      ))}
    </Dialog>
  );
}

function AskText({ question, answer }: { question: Of<'text'>; answer(text: string | undefined): void }) {
  const [text, setText] = useState(question.value ?? '');
  const [touched, setTouched] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const wrong = question.check?.(text);
  useEffect(() => {
    const dot = question.selectStem ? text.lastIndexOf('.') : -1;
    input.current?.setSelectionRange(0, dot > 0 ? dot : text.length);
    // Only the name that it began with is selected.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const submit = () => {
    setTouched(true);
    if (!wrong) answer(text.trim());
  };
  return (
    <Dialog
      title={question.title}
      close={() => answer(undefined)}
      submit={submit}
      buttons={
        <>
          <button type="button" className="button" onClick={() => answer(undefined)}>
            Cancel
          </button>
          <button type="submit" className="button" data-kind="primary">
            {question.confirm ?? 'OK'}
          </button>
        </>
      }
    >
      <label>
        <div className="dialog-dim">{question.label}</div>
        <input
          ref={input}
          className="input"
          data-autofocus
          spellCheck={false}
          value={text}
          aria-invalid={touched && wrong !== undefined}
          onChange={(event) => {
            setText(event.target.value);
            setTouched(true);
          }}
        />
      </label>
      <div className="field-error" role="alert">
        {touched && wrong}
      </div>
    </Dialog>
  );
}

function Trust({ question, answer }: { question: Of<'trust'>; answer(id: string | undefined): void }) {
  return (
    <Dialog
      title="Do you trust the code in this folder?"
      width={500}
      close={() => answer(undefined)}
      buttons={
        <>
          <button type="button" className="button" onClick={() => answer('browse')}>
            Browse Only
          </button>
          <button type="button" className="button" data-kind="primary" data-autofocus onClick={() => answer('trust')}>
            Trust Folder
          </button>
        </>
      }
    >
      <p className="selectable">
        <strong>{question.name}</strong> <span className="dialog-dim">{question.path}</span>
      </p>
      <p>
        To show shapes while you type and to train, Backstep runs the code of this folder, with your rights on this
        computer. Trust it if you wrote it, or know who did.
      </p>
      <p className="dialog-dim">
        With <em>Browse Only</em> you can read and edit everything and look at its runs; nothing is run. You can trust
        it later from the bar at the top. The answer is remembered for this folder.
      </p>
    </Dialog>
  );
}

function Shortcuts({ close }: { close(): void }) {
  const withKeys = allCommands().filter((command) => shownKeys(command).length > 0);
  return (
    <Dialog
      title="Keyboard shortcuts"
      width={620}
      close={close}
      buttons={
        <button type="button" className="button" data-kind="primary" data-autofocus onClick={close}>
          Close
        </button>
      }
    >
      <dl className="shortcuts" tabIndex={0} aria-label="Commands and their keys">
        {withKeys.map((command) => (
          <div key={command.id}>
            <dt>{command.title}</dt>
            <dd>
              {shownKeys(command).map((key) => (
                <kbd key={key}>{forPerson(key, host.isMac)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function About({ close }: { close(): void }) {
  const info = useApp((state) => state.info);
  return (
    <Dialog
      title="Backstep"
      width={400}
      close={close}
      buttons={
        <button type="button" className="button" data-kind="primary" data-autofocus onClick={close}>
          Close
        </button>
      }
    >
      <p>Training neural networks, and stepping through that training as through code.</p>
      <p className="dialog-dim selectable">
        Version {info?.version ?? 'unknown'} · {info?.shell === 'electron' ? 'desktop' : 'browser'} · {info?.platform}
      </p>
      <p className="dialog-dim">
        <Icon name="law" /> Apache License 2.0
      </p>
    </Dialog>
  );
}
