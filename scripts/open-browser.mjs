// Opens an address in the person's own browser, where there is a screen to show it on.
import { spawn } from 'node:child_process';

function opener() {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}

/** Whether an opener was started. A missing opener is no failure: the address is printed anyway. */
export function openBrowser(address) {
  const command = opener();
  if (!command) return Promise.resolve(false);
  const [file, ...before] = command;
  return new Promise((resolve) => {
    const child = spawn(file, [...before, address], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
