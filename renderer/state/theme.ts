/** The colour theme: the person's choice where there is one, else the system's. boot.js sets the first before the first paint. */
import { appStore } from './app-state.js';

const KEY = 'backstep.theme';

export function startTheme(): void {
  const current = document.documentElement.dataset.theme === 'light' ? 'light' : 'dark';
  appStore.setState({ theme: current });
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', (event) => {
    if (localStorage.getItem(KEY) === null) show(event.matches ? 'light' : 'dark');
  });
}

export function setTheme(theme: 'dark' | 'light'): void {
  localStorage.setItem(KEY, theme);
  show(theme);
}

function show(theme: 'dark' | 'light'): void {
  document.documentElement.dataset.theme = theme;
  appStore.setState({ theme });
}
