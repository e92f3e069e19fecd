/** The window in a browser: the page's address knows the server, the rest is the web's own. */
import { socketAddress, type Host } from './host.js';

export function browserHost(): Host {
  return {
    shell: 'browser',
    isMac: /mac/i.test(navigator.platform),
    socketAddress: () => socketAddress(location),
    saveFile(name, content) {
      const address = URL.createObjectURL(content);
      const link = document.createElement('a');
      link.href = address;
      link.download = name;
      link.click();
      // The browser has its own hold of the content by the time it has begun; how long that takes it does not say.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      return Promise.resolve(true);
    },
    notify(title, body) {
      const inFront = document.visibilityState === 'visible' && document.hasFocus();
      if (inFront || !('Notification' in window) || Notification.permission !== 'granted') return;
      const notification = new Notification(title, { body });
      notification.onclick = () => window.focus();
    },
    openExternal(address) {
      window.open(address, '_blank', 'noopener,noreferrer');
    },
    onCommand: () => () => undefined,
  };
}
