import { describe, expect, it } from 'vitest';
import { forPerson, notationOf, type KeyPress } from '../../../../renderer/workbench/keys.js';

const press = (key: string, code: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

describe('keys', () => {
  it('are named as commands name them', () => {
    expect(notationOf(press('P', 'KeyP', { ctrlKey: true, shiftKey: true }), false)).toBe('Ctrl+Shift+P');
    expect(notationOf(press('F5', 'F5', { shiftKey: true }), false)).toBe('Shift+F5');
    expect(notationOf(press('F6', 'F6'), false)).toBe('F6');
    expect(notationOf(press('s', 'KeyS', { metaKey: true }), true)).toBe('Ctrl+S');
  });

  it('follow the letter, and the place of the key where the layout has no such letter', () => {
    expect(notationOf(press('a', 'KeyQ', { ctrlKey: true }), false)).toBe('Ctrl+A');
    expect(notationOf(press('з', 'KeyP', { ctrlKey: true }), false)).toBe('Ctrl+P');
    expect(notationOf(press('µ', 'KeyM', { ctrlKey: true, altKey: true }), false)).toBe('Ctrl+Alt+M');
  });

  it('are written in the system’s way', () => {
    expect(forPerson('Ctrl+Shift+P', false)).toBe('Ctrl+Shift+P');
    expect(forPerson('Ctrl+Shift+P', true)).toBe('⇧⌘P');
    expect(forPerson('F5', true)).toBe('F5');
  });
});
