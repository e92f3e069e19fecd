/** Everything a person can do, by name: the palette, the menus, the keys and the buttons all run these. */

export interface Command {
  readonly id: string;
  /** As in the palette: "Run: Start Training". */
  readonly title: string;
  /** VS Code's notation: `F5`, `Shift+F5`, `Ctrl+Shift+P`. Ctrl is Cmd on a Mac. */
  readonly keys?: readonly string[];
  /** Keys that a widget, such as the code editor, listens to itself while it has the focus: shown like the others. */
  readonly widgetKeys?: readonly string[];
  /** Whether it can be done now; hidden from the palette and greyed where it cannot. */
  enabled?(): boolean;
  run(argument?: unknown): void | Promise<void>;
}

const commands = new Map<string, Command>();

export function registerCommands(...more: readonly Command[]): void {
  for (const command of more) {
    if (commands.has(command.id)) throw new Error(`command ${command.id} is registered twice`);
    commands.set(command.id, command);
  }
}

/** All the keys that a person is told of. */
export function shownKeys(command: Command): readonly string[] {
  return [...(command.keys ?? []), ...(command.widgetKeys ?? [])];
}

export function allCommands(): readonly Command[] {
  return [...commands.values()];
}

export function findCommand(id: string): Command | undefined {
  return commands.get(id);
}

export function canRun(id: string): boolean {
  const command = commands.get(id);
  return command !== undefined && (command.enabled?.() ?? true);
}

/** Runs a command; what it throws goes to `onFailure`. Does nothing where it is not enabled. */
export async function runCommand(id: string, argument?: unknown): Promise<void> {
  const command = commands.get(id);
  if (!command) throw new Error(`no command ${id}`);
  if (command.enabled && !command.enabled()) return;
  try {
    await command.run(argument);
  } catch (error) {
    onFailure(command, error);
  }
}

let onFailure = (command: Command, error: unknown): void => {
  console.error(command.id, error);
};

export function setFailureHandler(handler: (command: Command, error: unknown) => void): void {
  onFailure = handler;
}
