import { expect, it } from 'vitest';
import { usualPorts } from '../../../src/server/usual-ports.js';

it('are the same on every start, and other ones for another folder', () => {
  expect(usualPorts('/home/ada/.backstep')).toEqual(usualPorts('/home/ada/.backstep'));
  expect(usualPorts('/home/ada/.backstep')).not.toEqual(usualPorts('/home/bob/.backstep'));
});

it('need no rights and are none that systems hand out themselves', () => {
  for (let index = 0; index < 200; index++) {
    const ports = usualPorts(`/home/${index}`);
    expect(new Set(ports).size).toBe(8);
    expect(Math.min(...ports)).toBeGreaterThan(1023);
    expect(Math.max(...ports)).toBeLessThan(32_768);
  }
});
