/** Addresses that may hold credentials: shown without them, sent with them. Pure but for reading `.netrc`. */

/** For messages: never a user name or password. */
export function shownAddress(address: string): string {
  try {
    const url = new URL(address);
    url.username = '';
    url.password = '';
    url.search = '';
    return url.href;
  } catch (error) {
    if (error instanceof TypeError) return address.replace(/\/\/[^@/\s]*@/, '//');
    throw error;
  }
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export function credentialsIn(url: URL): Credentials | undefined {
  if (!url.username && !url.password) return undefined;
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

/** Entries `machine <host> login <user> password <word>`, on one line or several; `default` counts for all. */
export function credentialsInNetrc(text: string, host: string): Credentials | undefined {
  const words = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .join(' ')
    .split(/\s+/)
    .filter(Boolean);
  let machine: string | undefined;
  let user = '';
  let password: string | undefined;
  const entry = (): Credentials | undefined =>
    machine !== undefined && password !== undefined && (machine === host || machine === '')
      ? { user, password }
      : undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 'machine' || word === 'default') {
      const before = entry();
      if (before) return before;
      machine = word === 'default' ? '' : words[++i];
      user = '';
      password = undefined;
    } else if (word === 'login') user = words[++i] ?? '';
    else if (word === 'password') password = words[++i];
  }
  return entry();
}
