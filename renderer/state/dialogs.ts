/**
 * Questions to the person, one at a time: whoever asks awaits the answer, the workbench draws it.
 * No React here.
 */
import { createStore } from 'zustand/vanilla';

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly kind?: 'primary' | 'danger';
}

export type Question =
  /** Answered by a choice's id. */
  | {
      readonly kind: 'choose';
      readonly title: string;
      readonly message?: string;
      readonly details?: readonly string[];
      readonly choices: readonly Choice[];
    }
  /** Answered by the text. `check` says what is wrong with it, or nothing. */
  | {
      readonly kind: 'text';
      readonly title: string;
      readonly label: string;
      readonly value?: string;
      readonly confirm?: string;
      /** Selects the name without its ending, for renaming a file. */
      readonly selectStem?: boolean;
      check?(text: string): string | undefined;
    }
  /** Answered by an absolute path. */
  | { readonly kind: 'folder'; readonly title: string; readonly confirm: string; readonly start?: string }
  /** Answered by `trust` or `browse`; not at all where it is put aside. */
  | { readonly kind: 'trust'; readonly name: string; readonly path: string }
  /** Native TensorFlow: setting it up, and what is there. */
  | { readonly kind: 'engine' }
  /** One of many, found by typing; answered by its id. */
  | {
      readonly kind: 'pick';
      readonly title: string;
      readonly items: readonly { readonly id: string; readonly label: string; readonly detail?: string }[];
    }
  | { readonly kind: 'palette'; readonly prefix: '>' | '' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'about' };

export interface Asked {
  readonly id: number;
  readonly question: Question;
  answer(value: string | undefined): void;
}

export const dialogStore = createStore<{ readonly asked?: Asked }>(() => ({}));

let nextId = 1;
const waiting: Asked[] = [];

/** Resolves with the answer; with nothing where the person closed it. A palette gives way to any question; other questions queue. */
export function ask(question: Question): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked: Asked = {
      id: nextId++,
      question,
      answer(value) {
        if (dialogStore.getState().asked !== asked) return;
        dialogStore.setState({ asked: waiting.shift() });
        resolve(value);
      },
    };
    const current = dialogStore.getState().asked;
    if (!current) dialogStore.setState({ asked });
    else if (current.question.kind === 'palette') {
      waiting.unshift(asked);
      current.answer(undefined);
    } else if (question.kind === 'palette') resolve(undefined);
    else waiting.push(asked);
  });
}

/** A yes-or-no question with the doing spelled out on its button. */
export async function confirm(
  title: string,
  message: string,
  doing: string,
  kind: 'primary' | 'danger' = 'primary',
): Promise<boolean> {
  return (await ask({ kind: 'choose', title, message, choices: [{ id: 'yes', label: doing, kind }] })) === 'yes';
}
