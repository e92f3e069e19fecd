import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import type { RunningServer } from '../../../src/server/server.js';
import { serve, testPlace, TestWindow } from './support.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** fetch() does not let a test choose Host or Origin. */
function ask(
  server: RunningServer,
  urlPath: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: server.port, path: urlPath, method, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      },
    );
    request.on('error', reject).end();
  });
}

async function site() {
  const place = testPlace();
  mkdirSync(path.join(place.folder, 'renderer/assets'), { recursive: true });
  mkdirSync(path.join(place.folder, 'typings'));
  writeFileSync(path.join(place.folder, 'renderer/index.html'), '<!doctype html><title>Backstep</title>');
  writeFileSync(path.join(place.folder, 'renderer/assets/main-a1B2c3D4.js'), 'let a = 1;');
  writeFileSync(path.join(place.folder, 'renderer/.stamp'), 'secret');
  writeFileSync(path.join(place.folder, 'typings/backstep.d.ts'), 'declare module "backstep";');
  writeFileSync(path.join(place.folder, 'secret.txt'), 'secret');
  const server = await serve(place);
  const cookie = `backstep-${server.port}=${server.token}`;
  return { server, cookie, place };
}

test('the first page load trades the token for a cookie and leaves the address clean', async () => {
  const { server } = await site();
  const first = await ask(server, `/?token=${server.token}`);
  expect(first.status).toBe(303);
  expect(first.headers.location).toBe('/');
  const [set] = first.headers['set-cookie']!;
  expect(set).toBe(`backstep-${server.port}=${server.token}; Path=/; HttpOnly; SameSite=Strict`);
  const page = await ask(server, '/', { cookie: set!.split(';')[0]! });
  expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Backstep</title>']);
});

test('without the token there is nothing but a page that says so', async () => {
  const { server } = await site();
  const port = server.port;
  for (const [urlPath, headers] of [
    ['/', {}],
    ['/?token=', {}],
    ['/?token=wrong', {}],
    [`/?token=${server.token}x`, {}],
    ['/assets/main-a1B2c3D4.js', {}],
    [`/assets/main-a1B2c3D4.js?token=${server.token}`, {}],
    ['/typings/backstep.d.ts', {}],
    ['/nothing', {}],
    ['/', { cookie: `backstep-${port}=wrong` }],
    ['/', { cookie: `backstep-1=${server.token}` }],
    ['/', { cookie: 'backstep-' }],
  ] as const) {
    const answer = await ask(server, urlPath, headers);
    expect(answer.status, `${urlPath} ${JSON.stringify(headers)}`).toBe(403);
    expect(answer.text).toContain('needs Backstep’s token');
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});

test('another Host is refused, with the right token too', async () => {
  const { server, cookie } = await site();
  const { port } = server;
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1.evil.example:${port}`,
    `[::1]:${port}`,
  ]) {
    expect((await ask(server, '/', { host, cookie })).status, host).toBe(403);
    expect((await ask(server, `/?token=${server.token}`, { host })).status, host).toBe(403);
  }
  expect((await ask(server, '/', { host: `localhost:${port}`, cookie })).status).toBe(200);
});

test('another Origin, and pages that embed ours, are refused', async () => {
  const { server, cookie } = await site();
  const { port } = server;
  for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`]) {
    expect((await ask(server, '/', { origin, cookie })).status, origin).toBe(403);
    expect((await ask(server, '/', { origin, cookie }, 'POST')).status, origin).toBe(403);
  }
  expect((await ask(server, '/', { cookie }, 'POST')).status).toBe(403);
  expect((await ask(server, '/', { cookie, origin: `http://127.0.0.1:${port}` }, 'POST')).status).toBe(405);
  for (const site of ['cross-site', 'same-site']) {
    expect(
      (await ask(server, '/assets/main-a1B2c3D4.js', { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' }))
        .status,
    ).toBe(403);
  }
  expect(
    (await ask(server, '/', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status,
  ).toBe(200);
});

test('no path leads out of the served folders, nor to the build’s notes in them', async () => {
  const { server, cookie } = await site();
  for (const urlPath of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/typings/../../secret.txt',
    '/typings/..%2f..%2fsecret.txt',
    '/typings/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/..%00/secret.txt',
    '//secret.txt',
    '/%252e%252e/secret.txt',
    '/.stamp',
  ]) {
    const answer = await ask(server, urlPath, { cookie });
    expect(answer.status, urlPath).toBe(404);
    expect(answer.text).not.toContain('secret');
  }
  expect((await ask(server, '/%zz', { cookie })).status).toBe(400);
});

test('every answer carries the security headers', async () => {
  const { server, cookie } = await site();
  for (const [urlPath, headers] of [
    ['/', { cookie }],
    ['/', {}],
    ['/nothing', { cookie }],
    ['/typings/backstep.d.ts', { cookie }],
    [`/?token=${server.token}`, {}],
  ] as const) {
    const answer = await ask(server, urlPath, headers);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).not.toContain('unsafe-eval');
    expect(policy).toContain(`frame-ancestors 'none'`);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  }
});

test('files are cached by what they hold', async () => {
  const { server, cookie, place } = await site();
  const hashed = await ask(server, '/assets/main-a1B2c3D4.js', { cookie });
  expect(hashed.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  expect(hashed.headers['content-type']).toBe('text/javascript; charset=utf-8');
  const first = await ask(server, '/typings/backstep.d.ts', { cookie });
  expect(first.headers['cache-control']).toBe('no-cache');
  const etag = first.headers.etag!;
  expect((await ask(server, '/typings/backstep.d.ts', { cookie, 'if-none-match': etag })).status).toBe(304);
  writeFileSync(path.join(place.folder, 'typings/backstep.d.ts'), 'declare module "other";');
  const changed = await ask(server, '/typings/backstep.d.ts', { cookie, 'if-none-match': etag });
  expect([changed.status, changed.text]).toEqual([200, 'declare module "other";']);
  const head = await ask(server, '/typings/backstep.d.ts', { cookie }, 'HEAD');
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '23']);
});

test('a window’s socket needs token, Host and Origin', async () => {
  const { server, cookie } = await site();
  const origin = `http://127.0.0.1:${server.port}`;
  const attempt = (headers: Record<string, string>, urlPath = '/socket') =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${urlPath}`, { headers });
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
      socket.on('error', () => undefined);
    });
  expect(await attempt({ cookie, origin })).toBe(101);
  expect(await attempt({ cookie })).toBe(403);
  expect(await attempt({ origin })).toBe(403);
  expect(await attempt({ cookie, origin: 'http://evil.example' })).toBe(403);
  expect(await attempt({ cookie, origin: `http://127.0.0.1:${server.port + 1}` })).toBe(403);
  expect(await attempt({ cookie, origin, host: 'evil.example' })).toBe(403);
  expect(await attempt({ origin }, `/socket?token=${server.token}`)).toBe(403);
  expect(await attempt({ cookie, origin }, '/other')).toBe(404);
});

test('listens on loopback alone', async () => {
  const { server } = await site();
  const others = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  if (others.length === 0) console.log('no other network interface to try: only loopback was checked');
  for (const { address } of others) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port: server.port, timeout: 2000 });
      socket
        .on('connect', () => resolve(true))
        .on('error', () => resolve(false))
        .on('timeout', () => resolve(false));
    });
    expect(reached, address).toBe(false);
  }
});

test('what is not a request of ours is answered with a failure, and the window goes on', async () => {
  const { server } = await site();
  const window = await TestWindow.connect(server);
  window.socket.send('this is not JSON {');
  expect(await window.until((frame) => frame.kind === 'failure')).toMatchObject({ id: -1, tag: 'invalid-params' });
  window.forgetFrames();
  for (const frame of [[], null, 7, {}, { kind: 'request' }, { kind: 'dap', message: { seq: 1, type: 'event' } }]) {
    window.send(frame);
    expect(await window.until((answer) => answer.kind === 'failure')).toMatchObject({ tag: 'invalid-params' });
    window.forgetFrames();
  }
  window.send({ kind: 'request', id: 77, params: {} });
  expect(await window.until((answer) => answer.kind === 'failure')).toMatchObject({ id: 77, tag: 'invalid-params' });
  expect(await window.ask('no/such', {})).toMatchObject({ tag: 'unknown-request' });
  expect(await window.ask('constructor', {})).toMatchObject({ tag: 'unknown-request' });
  expect(await window.ask('file/read', { path: 7 })).toMatchObject({ tag: 'invalid-params' });
  window.socket.send(Buffer.from([1, 2, 3]));
  expect((await window.request('app/info', {})).shell).toBe('browser');
});

test('a frame of monstrous size ends that window alone', async () => {
  const { server } = await site();
  const [greedy, other] = [await TestWindow.connect(server), await TestWindow.connect(server)];
  const closed = new Promise((resolve) => greedy.socket.once('close', resolve));
  greedy.socket.send('x'.repeat(70 * 2 ** 20));
  expect(await closed).toBe(1009);
  expect((await other.request('app/info', {})).workspace).toBeUndefined();
});
