/**
 * Unsaved text, kept outside of the page's memory so that a reload or a crash loses none. By
 * workspace and file. Knows storage, not the store.
 */

export interface Draft {
  readonly text: string;
  /** Names the text on disk that the edit began from; empty where there was none. */
  readonly version: string;
}

const PREFIX = 'backstep.draft:';
const keyOf = (workspace: string, path: string) => `${PREFIX}${workspace}\n${path}`;

/** @returns whether it could be kept: storage can be full or forbidden. */
export function keepDraft(workspace: string, path: string, draft: Draft, storage: Storage = localStorage): boolean {
  try {
    storage.setItem(keyOf(workspace, path), JSON.stringify(draft));
    return true;
  } catch (error) {
    console.warn('a draft could not be kept', error);
    return false;
  }
}

export function dropDraft(workspace: string, path: string, storage: Storage = localStorage): void {
  storage.removeItem(keyOf(workspace, path));
}

export function draftsOf(workspace: string, storage: Storage = localStorage): ReadonlyMap<string, Draft> {
  const drafts = new Map<string, Draft>();
  const prefix = keyOf(workspace, '');
  for (let index = 0; index < storage.length; index++) {
    const key = storage.key(index);
    if (!key?.startsWith(prefix)) continue;
    try {
      const draft = JSON.parse(storage.getItem(key) ?? '') as Draft;
      if (typeof draft.text === 'string')
        drafts.set(key.slice(prefix.length), { text: draft.text, version: draft.version ?? '' });
    } catch (error) {
      console.warn('a draft is damaged and was left aside', key, error);
    }
  }
  return drafts;
}
