/** Which files were open, which were in front, and where each was scrolled to, by workspace. */

export interface EditorMemory {
  readonly open: readonly string[];
  readonly active?: string;
  /** Of the pane beside the active one, where the editor is split. */
  readonly other?: { readonly path: string; readonly side: 'left' | 'right' };
  /** As the editor gives them; by file. */
  readonly views: Readonly<Record<string, unknown>>;
}

const keyOf = (workspace: string) => `backstep.editor:${workspace}`;
const nothing: EditorMemory = { open: [], views: {} };

export function readEditorMemory(
  workspace: string,
  storage: Storage = localStorage,
): EditorMemory & { readonly fresh: boolean } {
  const text = storage.getItem(keyOf(workspace));
  if (!text) return { ...nothing, fresh: true };
  try {
    const memory = JSON.parse(text) as Partial<EditorMemory>;
    return {
      open: Array.isArray(memory.open) ? memory.open.filter((path) => typeof path === 'string') : [],
      active: typeof memory.active === 'string' ? memory.active : undefined,
      other: typeof memory.other?.path === 'string' ? memory.other : undefined,
      views: memory.views ?? {},
      fresh: false,
    };
  } catch (error) {
    console.warn('the list of open files is damaged and was left aside', error);
    return { ...nothing, fresh: true };
  }
}

export function writeEditorMemory(
  workspace: string,
  change: Partial<EditorMemory>,
  storage: Storage = localStorage,
): void {
  const { open, active, other, views } = { ...readEditorMemory(workspace, storage), ...change };
  try {
    storage.setItem(keyOf(workspace), JSON.stringify({ open, active, other, views }));
  } catch (error) {
    console.warn('the list of open files could not be kept', error);
  }
}
