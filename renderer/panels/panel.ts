/** What a panel is to the workbench. One folder a panel, whose index.tsx exports one of these; registry.ts lists them. */
import type { ComponentType } from 'react';
import type { Command } from '../state/commands.js';

export interface Panel {
  readonly id: string;
  readonly title: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** Where it is docked until the person moves it. */
  readonly place: 'left' | 'editor' | 'centre' | 'right' | 'bottom' | 'timeline';
  /** Order among the panels of its place. */
  readonly order: number;
  /**
   * Stands nowhere until it is asked for; then, where its place is shared with panels of others, in a column of
   * its own beside them, so that what it was opened from stays in sight.
   */
  readonly opensWhenAsked?: boolean;
  /** Fills its place, whatever size that is; scrolls inside. Stays mounted while another tab covers it. */
  readonly component: ComponentType;
  /** A hook: what stands beside the title in the tab, for example a count. */
  readonly useBadge?: () => string | number | undefined;
  /** Stands at the right end of the tab strip while the panel is the one on top: filters, small switches. */
  readonly actions?: ComponentType;
  /** Keys that show and focus it; see Command.keys. */
  readonly keys?: readonly string[];
  /** What can be done with it; registered when the window starts. */
  readonly commands?: readonly Command[];
}
