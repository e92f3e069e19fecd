/**
 * `backstep debug`: the debug adapter for any front end of the Debug Adapter Protocol, on standard input
 * and output, or for each connection to a port of this machine.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Adapter } from './adapter.js';
import { exitCodes, UsageError } from './exit-codes.js';

export interface DebugFlags {
  readonly stdio: boolean;
  /** 0: any that is free. */
  readonly port?: number;
}

/** @returns the exit code */
export function debugCommand({ stdio, port }: DebugFlags): Promise<number> {
  if (port !== undefined && stdio) throw new UsageError('--stdio and --port go one without the other.');
  if (port !== undefined) return serve(port);
  if (!stdio) throw new UsageError('Say where the front end is: --stdio, or --port <number>.');
  return onStandardStreams();
}

async function onStandardStreams(): Promise<number> {
  const adapter = new Adapter(process.stdin, process.stdout);
  const leave = (): void => adapter.hangUp();
  process.on('SIGINT', leave).on('SIGTERM', leave);
  const exitCode = await adapter.finished;
  process.off('SIGINT', leave).off('SIGTERM', leave);
  // An open standard input would keep this process.
  process.stdin.destroy();
  return exitCode;
}

function serve(port: number): Promise<number> {
  const connections = new Map<Socket, Adapter>();
  const server = createServer((socket) => {
    const adapter = new Adapter(socket, socket);
    connections.set(socket, adapter);
    void adapter.finished.then(() => {
      connections.delete(socket);
      socket.end(() => socket.destroy());
    });
  });
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      server.close(() => resolve(exitCodes.interrupted));
      for (const adapter of connections.values()) adapter.hangUp();
    };
    process.once('SIGINT', leave).once('SIGTERM', leave);
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new UsageError(`Port ${port} is in use; --port 0 takes a free one.`) : error,
      ),
    );
    // Only for this machine: whoever reaches the adapter can run code.
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      process.stderr.write(`The debug adapter listens on 127.0.0.1:${taken}. Ctrl+C ends it.\n`);
    });
  });
}
