/** The HTTP side: access, security headers, the first page load with the token, and the built files. */
import { Hono } from 'hono';
import { cookieName, refuseAddress, refuseToken, sameSecret, type AccessRules, type AskedBy } from './access.js';
import { missingWindowPage, refusalPage } from './pages.js';
import { StaticFiles } from './static-files.js';

export interface WebAppOptions {
  readonly rules: AccessRules;
  readonly rendererFolder: string;
  readonly typingsFolder: string;
}

export function createWebApp({ rules, rendererFolder, typingsFolder }: WebAppOptions): Hono {
  const app = new Hono();
  const renderer = new StaticFiles(rendererFolder);
  const typings = new StaticFiles(typingsFolder);
  const security = securityHeaders(rules.port);

  app.use(async (context, next) => {
    const asked = askedBy(context.req.method, (name) => context.req.header(name));
    const url = new URL(context.req.url);
    const givenToken = context.req.method === 'GET' && url.pathname === '/' ? url.searchParams.get('token') : null;
    let refusal = refuseAddress(rules, asked, false);
    if (!refusal && givenToken !== null) {
      if (sameSecret(givenToken, rules.token)) {
        // The token leaves the address bar and the history at once.
        context.res = new Response(undefined, {
          status: 303,
          headers: {
            location: '/',
            'set-cookie': `${cookieName(rules.port)}=${rules.token}; Path=/; HttpOnly; SameSite=Strict`,
            'cache-control': 'no-store',
          },
        });
      } else refusal = 'token';
    } else refusal ??= refuseToken(rules, asked);
    if (refusal) context.res = context.html(refusalPage(refusal), 403, { 'cache-control': 'no-store' });
    else if (givenToken === null) await next();
    for (const [name, value] of security) context.res.headers.set(name, value);
  });

  app.on(['GET', 'HEAD'], '*', async (context) => {
    const request = { ifNoneMatch: context.req.header('if-none-match'), head: context.req.method === 'HEAD' };
    // Hono's own path is decoded in part.
    const urlPath = decodePath(new URL(context.req.url).pathname);
    if (urlPath === undefined) return context.text('Not a path.', 400);
    if (urlPath === '/') {
      return (await renderer.respond('index.html', request)) ?? context.html(missingWindowPage(), 503);
    }
    const found = urlPath.startsWith('/typings/')
      ? await typings.respond(urlPath.slice('/typings/'.length), request)
      : await renderer.respond(urlPath.slice(1), request);
    return found ?? context.text('There is nothing here.', 404);
  });
  app.all('*', (context) => context.text('Not allowed here.', 405, { allow: 'GET, HEAD' }));
  app.onError((_error, context) => context.text('Backstep’s server failed to answer this.', 500));
  return app;
}

export function askedBy(method: string, header: (name: string) => string | undefined): AskedBy {
  return {
    method,
    host: header('host'),
    origin: header('origin'),
    cookie: header('cookie'),
    fetchSite: header('sec-fetch-site'),
    fetchMode: header('sec-fetch-mode'),
  };
}

function decodePath(urlPath: string): string | undefined {
  try {
    return decodeURIComponent(urlPath);
  } catch {
    // Not UTF-8 behind the percent signs: no file of ours has such a name.
    return undefined;
  }
}

function securityHeaders(port: number): readonly (readonly [string, string])[] {
  const policy = [
    `default-src 'self'`,
    `script-src 'self'`,
    // Monaco and the charts place and colour by style attributes.
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `media-src 'self' blob:`,
    `font-src 'self' data:`,
    `worker-src 'self' blob:`,
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ];
  return [
    ['content-security-policy', policy.join('; ')],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
  ];
}
