/** The one connection of this window, for every module that asks the server something. */
import { Connection } from './connection.js';

let connection: Connection | undefined;

/** Called once, by main.tsx, before anything asks. */
export function connectToServer(address: string): Connection {
  connection = new Connection(address);
  return connection;
}

export function server(): Connection {
  if (!connection) throw new Error('the server is asked before main.tsx connected to it');
  return connection;
}
