import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpClient, NetworkFailure } from '../../../src/engine/index/http-client.js';
import { readPipSettings } from '../../../src/engine/index/pip-settings.js';
import { temporaryFolder } from './support.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening<S extends Server>(server: S): Promise<{ readonly server: S; readonly port: number }> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

function client(environment: NodeJS.ProcessEnv, userHome = temporaryFolder()): HttpClient {
  const settings = readPipSettings({
    environment: { PIP_CONFIG_FILE: '/dev/null', ...environment },
    platform: 'linux',
    userHome,
  });
  return new HttpClient(
    { ...settings, timeoutMs: environment['TIMEOUT'] ? Number(environment['TIMEOUT']) : 5000 },
    environment,
    userHome,
  );
}

const request = () => ({ signal: new AbortController().signal });

function opensslPair(): { readonly key: string; readonly certificate: string; readonly file: string } | undefined {
  const folder = temporaryFolder();
  const [key, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', file],
      ],
      { stdio: 'ignore' },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { key: readFileSync(key, 'utf8'), certificate: readFileSync(file, 'utf8'), file };
}

describe('redirects and credentials', () => {
  test('what one host is trusted with, another is not', async () => {
    const seen: (string | undefined)[] = [];
    const other = await listening(
      createServer((incoming, response) => {
        seen.push(incoming.headers.authorization);
        response.end('there');
      }),
    );
    const first = await listening(
      createServer((incoming, response) => {
        seen.push(incoming.headers.authorization);
        response.writeHead(302, { location: `http://127.0.0.1:${other.port}/file` }).end();
      }),
    );
    const { text, url } = await client({}).text(`http://me:secret@127.0.0.1:${first.port}/`, request());
    expect(text).toBe('there');
    expect(url).toBe(`http://127.0.0.1:${other.port}/file`);
    expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`, undefined]);
  });

  test('.netrc, and an index’s credentials for the files on its host', async () => {
    const home = temporaryFolder();
    writeFileSync(path.join(home, '.netrc'), 'machine 127.0.0.1 login net password rc');
    const seen: string[] = [];
    const { port } = await listening(
      createServer((incoming, response) => {
        seen.push(Buffer.from(incoming.headers.authorization?.slice(6) ?? '', 'base64').toString());
        response.end();
      }),
    );
    await client({}, home).text(`http://127.0.0.1:${port}/file`, request());
    await client({ PIP_INDEX_URL: `http://in:dex@127.0.0.1:${port}/simple` }, home).text(
      `http://127.0.0.1:${port}/file`,
      request(),
    );
    expect(seen).toEqual(['net:rc', 'in:dex']);
  });

  test('rounds of redirects end', async () => {
    const { port } = await listening(
      createServer((_incoming, response) => response.writeHead(302, { location: '/' }).end()),
    );
    await expect(client({}).text(`http://127.0.0.1:${port}/`, request())).rejects.toThrow(/answered 302/);
  });
});

describe('proxies', () => {
  test('plain: the whole address, the proxy’s own credentials; not for excluded hosts', async () => {
    const seen: IncomingMessage[] = [];
    const proxy = await listening(
      createServer((incoming, response) => {
        seen.push(incoming);
        response.end('by proxy');
      }),
    );
    const environment = { HTTP_PROXY: `http://pro:xy@127.0.0.1:${proxy.port}` };
    expect((await client(environment).text('http://index.invalid/simple/', request())).text).toBe('by proxy');
    expect(seen[0]!.url).toBe('http://index.invalid/simple/');
    expect(seen[0]!.headers.host).toBe('index.invalid');
    expect(seen[0]!.headers['proxy-authorization']).toBe(`Basic ${Buffer.from('pro:xy').toString('base64')}`);
    const excluded = client({ ...environment, NO_PROXY: 'other.example, .invalid' });
    await expect(excluded.text('http://index.invalid/simple/', request())).rejects.toThrow(
      /index\.invalid cannot be reached/,
    );
    expect(seen).toHaveLength(1);
  });

  const pair = opensslPair();
  test.skipIf(!pair)(
    `through a tunnel, with one’s own authorities${pair ? '' : ' (skipped: no openssl)'}`,
    async () => {
      const secure = createSecureServer({ key: pair!.key, cert: pair!.certificate }, (_incoming, response) =>
        response.end('secret'),
      );
      const { port } = await listening(secure as unknown as Server);
      const tunnels: string[] = [];
      const proxy = createServer();
      proxy.on('connect', (incoming: IncomingMessage, socket) => {
        tunnels.push(incoming.url!);
        const onward = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          onward.pipe(socket).pipe(onward);
        });
        onward.on('error', () => socket.destroy());
        socket.on('error', () => onward.destroy());
      });
      const { port: proxyPort } = await listening(proxy);
      // The pair's file went with the test's folder that it was made in.
      const file = path.join(temporaryFolder(), 'authorities.pem');
      writeFileSync(file, pair!.certificate);
      const environment = { HTTPS_PROXY: `127.0.0.1:${proxyPort}` };
      const address = `https://localhost:${port}/`;
      expect((await client({ ...environment, PIP_CERT: file }).text(address, request())).text).toBe('secret');
      expect((await client({ ...environment, PIP_TRUSTED_HOST: 'localhost' }).text(address, request())).text).toBe(
        'secret',
      );
      expect(tunnels).toEqual([`localhost:${port}`, `localhost:${port}`]);
      const untrusted = await client(environment)
        .text(address, request())
        .catch((error: unknown) => error);
      expect(untrusted).toBeInstanceOf(NetworkFailure);
      expect((untrusted as NetworkFailure).message).toMatch(/certificate is not trusted/);
      expect((untrusted as NetworkFailure).hint).toContain('PIP_CERT');
    },
  );

  test('one that refuses is named, without its credentials', async () => {
    const proxy = createServer();
    proxy.on('connect', (_incoming: IncomingMessage, socket) =>
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    );
    const { port } = await listening(proxy);
    const failure = client({ HTTPS_PROXY: `http://me:secret@127.0.0.1:${port}` }).text(
      'https://index.invalid/',
      request(),
    );
    await expect(failure).rejects.toThrow(`http://127.0.0.1:${port}/ answered 407`);
  });
});

test('a server that falls silent is given up', async () => {
  const { port } = await listening(createServer((_incoming, response) => response.write('half')));
  await expect(client({ TIMEOUT: '300' }).text(`http://127.0.0.1:${port}/`, request())).rejects.toThrow(NetworkFailure);
});
