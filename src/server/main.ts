/**
 * The server's process: reads its arguments, says on standard output where it listens, and ends with
 * its parent. `--port n --folder path --shell browser|electron --with-parent`.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../shared/base/message-of.js';
import { usualPort } from '../shared/base/places.js';
import { asFailure, errorCode } from './failure.js';
import { log } from './log.js';
import { serverPlaces } from './server-places.js';
import { startServer, type RunningServer } from './server.js';

/** 2: wrong arguments; 3: the port is in use; 4: the folder cannot be opened or the home not be written. */
const EXIT = { arguments: 2, port: 3, folder: 4, internal: 1 } as const;

function fail(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        folder: { type: 'string' },
        shell: { type: 'string', default: 'browser' },
        'with-parent': { type: 'boolean', default: false },
      },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535))
      throw new Error('--port takes a number from 0 to 65535.');
    if (values.shell !== 'browser' && values.shell !== 'electron')
      throw new Error('--shell takes browser or electron.');
    const folder = values.folder === undefined ? undefined : path.resolve(values.folder);
    return { port, folder, shell: values.shell, withParent: values['with-parent'] } as const;
  } catch (error) {
    return fail(EXIT.arguments, messageOf(error));
  }
}

/** A browser keeps layouts and drafts by address: without a wish, the usual port serves while it is free. */
async function start(given: ReturnType<typeof readArguments>): Promise<RunningServer> {
  if (given.port !== undefined) return startOn(given.port, given);
  return startOn(usualPort, given, () => startOn(0, given));
}

async function startOn(
  port: number,
  given: ReturnType<typeof readArguments>,
  whenBusy?: () => Promise<RunningServer>,
): Promise<RunningServer> {
  try {
    return await startServer({
      ...given,
      port,
      token,
      places: serverPlaces(),
      dataOrigin: process.env['BACKSTEP_DATA_ORIGIN'] || undefined,
    });
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE' && whenBusy) return whenBusy();
    if (errorCode(error) === 'EADDRINUSE') {
      return fail(
        EXIT.port,
        `Port ${port} is in use by another program (perhaps another Backstep). Choose another with --port, or leave --port out.`,
      );
    }
    if (errorCode(error) === 'EACCES' && port > 0 && port < 1024) {
      return fail(EXIT.port, `Port ${port} needs the system’s permission. Choose one above 1023.`);
    }
    const { tag, message, hint } = asFailure(error);
    if (tag === 'internal') log('main', 'cannot start', error);
    return fail(tag === 'internal' ? EXIT.internal : EXIT.folder, hint ? `${message} ${hint}` : message);
  }
}

const given = readArguments();
// Of the server that this one takes the place of, so that its window finds it again. Not for the trainers to inherit.
const token = process.env['BACKSTEP_TOKEN'] || undefined;
delete process.env['BACKSTEP_TOKEN'];
// A fault in one corner must not take down the trainings and the unsaved work of all windows.
process.on('unhandledRejection', (error) => log('main', 'unhandled rejection', error));
process.on('uncaughtException', (error) => {
  process.stderr.write(`Backstep’s server met a fault and goes on: ${error.stack ?? error.message}\n`);
});
const server = await start(given);

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    await server.close();
  } catch (error) {
    log('main', 'did not end cleanly', error);
  }
  process.exit(code);
}

process.on('SIGINT', () => void end(130));
process.on('SIGTERM', () => void end(143));
process.on('SIGHUP', () => void end(129));
// Whoever read our output may be gone.
process.stdout.on('error', () => void end(0));
if (given.withParent) {
  if (process.connected) process.on('disconnect', () => void end(0));
  else
    process.stdin
      .on('close', () => void end(0))
      .on('error', () => void end(0))
      .resume();
}
process.stdout.write(`${JSON.stringify({ kind: 'listening', port: server.port, url: server.url })}\n`);
