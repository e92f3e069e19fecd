// What Chromium 83 lacks of today's platform, for the tests' old Electron: language from core-js, the rest by hand.
import 'core-js/stable';

if (typeof globalThis.WeakRef === 'undefined') {
  globalThis.WeakRef = class WeakRef {
    #target;
    constructor(target) {
      this.#target = target;
    }
    deref() {
      return this.#target;
    }
  };
}
if (typeof globalThis.FinalizationRegistry === 'undefined') {
  globalThis.FinalizationRegistry = class FinalizationRegistry {
    register() {}
    unregister() {}
  };
}
if (typeof Element !== 'undefined') {
  Element.prototype.checkVisibility ??= function () {
    return this.isConnected && getComputedStyle(this).visibility !== 'hidden' && this.getClientRects().length > 0;
  };
  Element.prototype.replaceChildren ??= function (...nodes) {
    while (this.firstChild) this.removeChild(this.firstChild);
    this.append(...nodes);
  };
}
// RegExp.prototype.hasIndices: Monaco's section headers ask for the "d" flag.
try {
  new RegExp('', 'd');
} catch {
  const Native = globalThis.RegExp;
  const Tolerant = function RegExp(pattern, flags) {
    return Reflect.construct(Native, [pattern, flags?.replace('d', '')], new.target ?? Native);
  };
  Object.setPrototypeOf(Tolerant, Native);
  Tolerant.prototype = Native.prototype;
  globalThis.RegExp = Tolerant;
}
if (typeof AbortSignal !== 'undefined') {
  AbortSignal.timeout ??= (milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), milliseconds);
    return controller.signal;
  };
}
