/** Where the server's WebSocket is, seen from the page that it served. */

/** The token stays in the page's address, so that a reload and a copied link keep working. */
export function socketAddress(page: {
  readonly protocol: string;
  readonly host: string;
  readonly search: string;
}): string {
  const token = new URLSearchParams(page.search).get('token');
  const query = token ? `?token=${encodeURIComponent(token)}` : '';
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}/socket${query}`;
}
