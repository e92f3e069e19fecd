/** The window in a browser: the page's address knows the server, the rest is the web's own. */
import { socketAddress, type Host } from './host.js';

export function browserHost(): Host {
  return {
    shell: 'browser',
    isMac: /mac/i.test(navigator.platform),
    socketAddress: () => socketAddress(location),
    notify(title, body) {
      if (document.visibilityState === 'visible' || !('Notification' in window)) return;
      if (Notification.permission === 'granted') new Notification(title, { body });
    },
    openExternal(address) {
      window.open(address, '_blank', 'noopener,noreferrer');
    },
    onCommand: () => () => undefined,
  };
}
