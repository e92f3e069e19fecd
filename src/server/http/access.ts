/**
 * Who may talk to the server: whoever has this launch's token, from this very page, under this very
 * address. Pure decisions over headers; knows neither sockets nor files.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface AskedBy {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly cookie: string | undefined;
  /** The browser's own word on who asks: `same-origin`, `same-site`, `cross-site` or `none`. */
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
}

export interface AccessRules {
  readonly port: number;
  readonly token: string;
}

export type Refusal = 'host' | 'origin' | 'token';

export function cookieName(port: number): string {
  return `backstep-${port}`;
}

/** Under another name for this machine the page could have been led here by somebody's DNS. */
export function isOwnHost(rules: AccessRules, host: string | undefined): boolean {
  return host === `127.0.0.1:${rules.port}` || host === `localhost:${rules.port}`;
}

/** Checked for everything, the first page load with the token included. */
export function refuseAddress(rules: AccessRules, asked: AskedBy, upgrade: boolean): Refusal | undefined {
  if (!isOwnHost(rules, asked.host)) return 'host';
  const originNeeded = upgrade || (asked.method !== 'GET' && asked.method !== 'HEAD');
  if (asked.origin === undefined ? originNeeded : !isOwnOrigin(rules, asked.origin)) return 'origin';
  // Pages of other ports of this machine are the "same site" to the browser and bring the cookie along.
  const embedded = asked.fetchSite === 'cross-site' || asked.fetchSite === 'same-site';
  if (embedded && asked.fetchMode !== 'navigate') return 'origin';
  return undefined;
}

export function refuseToken(rules: AccessRules, asked: AskedBy): Refusal | undefined {
  return sameSecret(readCookie(asked.cookie, cookieName(rules.port)), rules.token) ? undefined : 'token';
}

/** Takes the same time wherever they differ, and whatever their lengths. */
export function sameSecret(given: string | undefined, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(secret)) && given !== undefined;
}

function isOwnOrigin(rules: AccessRules, origin: string): boolean {
  return origin === `http://127.0.0.1:${rules.port}` || origin === `http://localhost:${rules.port}`;
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}
