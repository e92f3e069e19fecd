/**
 * HTTP(S) with the person's settings: certificates, trusted hosts, proxies, credentials from addresses
 * and `.netrc`, redirects, time limits. Says which host failed and how, never with credentials.
 */
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { messageOf } from '../../shared/base/message-of.js';
import { EngineFailure, errorCode } from '../engine-failure.js';
import { readOptional } from '../disk/read-optional.js';
import { credentialsIn, credentialsInNetrc, shownAddress } from './address.js';
import type { PipSettings } from './pip-settings.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: http.IncomingMessage;
  /** After redirects; without credentials. */
  readonly url: string;
}

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 10;

/** No answer: the host cannot be reached, refuses, or falls silent. `hint` says what would help. */
export class NetworkFailure extends EngineFailure {
  constructor(
    message: string,
    hint: string | undefined,
    readonly status?: number,
  ) {
    super(message, hint);
  }
}

export class HttpClient {
  private readonly authorities: string[] | undefined;
  private readonly netrc: string | undefined;

  constructor(
    private readonly settings: PipSettings,
    private readonly environment: NodeJS.ProcessEnv,
    userHome: string,
  ) {
    this.authorities = this.readAuthorities();
    this.netrc = readOptional(
      environment['NETRC'] ?? path.join(userHome, process.platform === 'win32' ? '_netrc' : '.netrc'),
    );
  }

  /** Resolves with any answer of 2xx; the caller reads its body. @throws NetworkFailure; the signal's reason */
  async get(address: string, request: HttpRequest): Promise<HttpAnswer> {
    let url = new URL(address);
    // What the index is trusted with, the hosts that it points to are not.
    let credentials = credentialsIn(url) ?? this.known(url);
    for (let redirects = 0; ; redirects++) {
      const answer = await this.once(url, request, credentials);
      const { statusCode: status = 0, headers } = answer;
      if ([301, 302, 303, 307, 308].includes(status) && headers.location && redirects < MOST_REDIRECTS) {
        answer.resume();
        const next = new URL(headers.location, url);
        if (next.host !== url.host) credentials = undefined;
        credentials = credentialsIn(next) ?? this.known(next) ?? credentials;
        url = next;
        continue;
      }
      if (status >= 200 && status < 300) return { status, headers, body: answer, url: shownAddress(url.href) };
      answer.destroy();
      throw refused(url, status, answer.statusMessage);
    }
  }

  /** @throws as `get` */
  async text(
    address: string,
    request: HttpRequest,
  ): Promise<{ readonly text: string; readonly type: string; readonly url: string }> {
    const answer = await this.get(address, request);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of answer.body) chunks.push(chunk as Buffer);
    } catch (error) {
      request.signal.throwIfAborted();
      throw this.unreachable(new URL(address), error);
    }
    return {
      text: Buffer.concat(chunks).toString('utf8'),
      type: answer.headers['content-type'] ?? '',
      url: answer.url,
    };
  }

  /** What broke while an answer's body was read, in plain words. */
  unreachable(url: URL, error: unknown): NetworkFailure {
    const code = errorCode(error);
    const why: Readonly<Record<string, string>> = {
      ENOTFOUND: 'its name is not known here',
      EAI_AGAIN: 'names cannot be looked up at the moment',
      ECONNREFUSED: 'nothing answers there',
      ECONNRESET: 'the connection was cut',
      ETIMEDOUT: 'it does not answer',
      ENETUNREACH: 'there is no network',
      EHOSTUNREACH: 'there is no way to it',
    };
    const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code ?? '');
    const reason =
      (code === undefined ? undefined : why[code]) ??
      (certificate ? `its certificate is not trusted (${code})` : (code ?? messageOf(error)));
    return new NetworkFailure(
      `${url.host} cannot be reached: ${reason}.`,
      certificate
        ? 'Name your network’s certificate authorities in PIP_CERT or NODE_EXTRA_CA_CERTS.'
        : 'Check the connection. Another package index, or a proxy, is named as for pip: PIP_INDEX_URL, HTTPS_PROXY, pip.conf.',
    );
  }

  private once(
    url: URL,
    request: HttpRequest,
    credentials: { readonly user: string; readonly password: string } | undefined,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const proxy = this.proxyFor(url);
      const options: https.RequestOptions = {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || (secure ? 443 : 80),
        path: url.pathname + url.search,
        headers: {
          'user-agent': 'backstep',
          // Bytes as they lie there: compressed answers have no ranges.
          'accept-encoding': 'identity',
          ...request.headers,
          ...(credentials ? { authorization: basic(credentials) } : {}),
        },
        signal: request.signal,
        timeout: this.settings.timeoutMs,
        agent: false,
        ...this.trust(url),
      };
      const begin = (tunnel?: tls.TLSSocket): void => {
        const over = tunnel ? { ...options, createConnection: () => tunnel } : options;
        const through = proxy && !secure ? { ...over, ...this.plainProxy(proxy, url, over) } : over;
        const sent = (secure ? https : http).get(through, resolve);
        // Also while the body comes: a server that falls silent would hold the job for ever.
        sent.on('timeout', () => sent.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
        sent.on('error', (error) =>
          reject(request.signal.aborted ? abortReason(request) : this.unreachable(url, error)),
        );
      };
      if (!proxy || !secure) {
        begin();
        return;
      }
      const connect = (proxy.protocol === 'https:' ? https : http).request({
        host: proxy.hostname,
        port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
        method: 'CONNECT',
        path: `${url.hostname}:${url.port || 443}`,
        headers: { host: `${url.hostname}:${url.port || 443}`, ...proxyAuthorization(proxy) },
        signal: request.signal,
        timeout: this.settings.timeoutMs,
      });
      connect.on('timeout', () => connect.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
      connect.on('error', (error) =>
        reject(request.signal.aborted ? abortReason(request) : this.unreachable(proxy, error)),
      );
      connect.on('connect', (answer, socket) => {
        if (answer.statusCode !== 200) {
          socket.destroy();
          reject(refused(proxy, answer.statusCode ?? 0, answer.statusMessage));
          return;
        }
        const tunnel = tls.connect({ socket, servername: url.hostname, ...this.trust(url) });
        // Stays for its whole life: what breaks later, the request that uses it says.
        tunnel.on('error', (error) =>
          reject(request.signal.aborted ? abortReason(request) : this.unreachable(url, error)),
        );
        tunnel.setTimeout(this.settings.timeoutMs, () =>
          tunnel.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
        );
        tunnel.once('secureConnect', () => begin(tunnel.setTimeout(0)));
      });
      connect.end();
    });
  }

  private plainProxy(proxy: URL, url: URL, options: https.RequestOptions): https.RequestOptions {
    return {
      host: proxy.hostname,
      port: proxy.port || 80,
      path: url.href,
      headers: { ...(options.headers as Record<string, string>), host: url.host, ...proxyAuthorization(proxy) },
    };
  }

  private trust(url: URL): tls.ConnectionOptions {
    const trusted = this.settings.trustedHosts.some((host) => host === url.hostname || host === url.host);
    return { ...(this.authorities ? { ca: this.authorities } : {}), ...(trusted ? { rejectUnauthorized: false } : {}) };
  }

  private proxyFor(url: URL): URL | undefined {
    const named = (name: string): string | undefined =>
      this.environment[name.toLowerCase()] || this.environment[name.toUpperCase()];
    if (isExcluded(url, named('no_proxy') ?? '')) return undefined;
    const proxy =
      this.settings.proxy ??
      (url.protocol === 'https:' ? named('https_proxy') : named('http_proxy')) ??
      named('all_proxy');
    if (!proxy) return undefined;
    return new URL(/^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
  }

  /** An index's files mostly lie on its own host: they take its credentials, as with pip. */
  private known(url: URL): ReturnType<typeof credentialsInNetrc> {
    for (const index of this.settings.indexes) {
      if (!URL.canParse(index)) continue;
      const { host } = new URL(index);
      const credentials = host === url.host ? credentialsIn(new URL(index)) : undefined;
      if (credentials) return credentials;
    }
    return this.netrc === undefined ? undefined : credentialsInNetrc(this.netrc, url.hostname);
  }

  /** Naming authorities replaces Node's own: they are named again. */
  private readAuthorities(): string[] | undefined {
    const files = [this.settings.certificates, this.environment['NODE_EXTRA_CA_CERTS']].filter((file) => file);
    const texts = files.map((file) => readOptional(file!)).filter((text) => text !== undefined);
    return texts.length > 0 ? [...tls.rootCertificates, ...texts] : undefined;
  }
}

function refused(url: URL, status: number, text: string | undefined): NetworkFailure {
  const hint =
    status === 401 || status === 403
      ? 'Put user name and password into the index’s address (PIP_INDEX_URL, pip.conf) or into .netrc.'
      : status === 404
        ? 'Check the index’s address (PIP_INDEX_URL, pip.conf), and that it carries this package.'
        : 'Try again later.';
  return new NetworkFailure(`${shownAddress(url.href)} answered ${status} ${text ?? ''}`.trim() + '.', hint, status);
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  const credentials = credentialsIn(proxy);
  return credentials ? { 'proxy-authorization': basic(credentials) } : {};
}

function isExcluded(url: URL, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const suffix = entry.replace(/^\*?\./, '').toLowerCase();
      const host = url.hostname.toLowerCase();
      return host === suffix || url.host.toLowerCase() === suffix || host.endsWith(`.${suffix}`);
    });
}

function abortReason(request: HttpRequest): Error {
  return request.signal.reason instanceof Error ? request.signal.reason : new Error('ended');
}
