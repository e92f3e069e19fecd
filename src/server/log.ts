/** The server's own log: to standard error, and only where BACKSTEP_LOG asks for it. Standard output carries messages. */

const wanted = Boolean(process.env['BACKSTEP_LOG']);

export function log(area: string, message: string, error?: unknown): void {
  if (!wanted) return;
  const detail =
    error === undefined ? '' : `: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  process.stderr.write(`${new Date().toISOString()} ${area} ${message}${detail}\n`);
}
