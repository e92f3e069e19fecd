/** The few pages that the server writes itself: why a request was refused, and what to do instead. */
import type { Refusal } from './access.js';

const REASONS: Readonly<Record<Refusal, readonly [title: string, text: string]>> = {
  token: [
    'This address needs Backstep’s token',
    'Open the address that Backstep printed when it started: it ends in ?token=… and works for as long as that Backstep runs.',
  ],
  host: [
    'Not under this name',
    'Backstep answers only as 127.0.0.1 or localhost, with its own port. Through an SSH tunnel, use the same port number on both ends.',
  ],
  origin: ['Not from another page', 'Backstep answers its own window only, not other pages.'],
};

export function refusalPage(reason: Refusal): string {
  return page(...REASONS[reason]);
}

export function missingWindowPage(): string {
  return page(
    'The window is not built yet',
    'Run “npm run build” (or “npm start”, which does it) and load this page again.',
  );
}

function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Backstep: ${title}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 34em; margin: 18vh auto; padding: 0 1.5em }
  h1 { font-size: 1.3em; font-weight: 600 }
</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
}
