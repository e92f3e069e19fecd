/** React's view of the window's store. */
import { useStore } from 'zustand';
import { appStore, type AppState } from './state/app-state.js';

export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(appStore, select);
}
