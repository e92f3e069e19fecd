/** Where the window was last time, kept in one small file, and made to fit the screens that are there now. Knows no Electron. */
import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import * as path from 'path';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowBounds extends Partial<Rectangle> {
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

export const smallestWindow = { width: 800, height: 560 } as const;
const usual: WindowBounds = { width: 1440, height: 900, maximized: false };

export function readBounds(file: string, screens: readonly Rectangle[]): WindowBounds {
  return fitBounds(parseBounds(readText(file)), screens);
}

export function writeBounds(file: string, bounds: WindowBounds): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(bounds));
}

/** Keeps the size within the screen; forgets the place where its title bar would be on no screen. */
export function fitBounds(wanted: WindowBounds | undefined, screens: readonly Rectangle[]): WindowBounds {
  const { x, y, width, height, maximized } = wanted ?? usual;
  const screen = screens.find((candidate) => holdsTitleBar(candidate, x, y, width)) ?? screens[0];
  const size = {
    width: Math.max(smallestWindow.width, Math.min(width, screen?.width ?? width)),
    height: Math.max(smallestWindow.height, Math.min(height, screen?.height ?? height)),
  };
  return screen && holdsTitleBar(screen, x, y, width) ? { ...size, x, y, maximized } : { ...size, maximized };
}

function holdsTitleBar(screen: Rectangle, x: number | undefined, y: number | undefined, width: number): boolean {
  if (x === undefined || y === undefined) return false;
  const seen = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  return seen >= 100 && y >= screen.y - 8 && y < screen.y + screen.height - 40;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The first start, or a folder that cannot be read: the usual size serves.
    return undefined;
  }
}

function parseBounds(text: string | undefined): WindowBounds | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<WindowBounds>;
    const numbers = [value.width, value.height, value.x ?? 0, value.y ?? 0];
    if (!numbers.every((entry) => typeof entry === 'number' && Number.isFinite(entry))) return undefined;
    return { ...(value as WindowBounds), maximized: value.maximized === true };
  } catch {
    // A damaged file says nothing.
    return undefined;
  }
}
