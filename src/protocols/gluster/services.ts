/**
 * What listens where: bricks by their address and port, out of what their clients say (SETVOLUME), what the port
 * mapper answers, and glusterd's own files. A connection that was joined late says none of it itself.
 */
import { formatAddress } from '../../packet/address.js';
import type { Connection, FoundBrick, KnownBrick, Words } from '../protocol.js';
import { BricksLimit } from './paths.js';

/** Services that are remembered. */
const ServicesLimit = 65536;

export interface Service {
  /** Of the only brick that listens here, as far as is known. */
  volume: string | undefined;
  brick: string | undefined;
  host: string | undefined;
  /** Several bricks share the port (brick multiplexing): only the connection itself can tell. */
  shared: boolean;
  /** The number of each brick's table of paths, by the brick's name; '' until it is known. */
  readonly tables: Map<string, number>;
}

export interface Services {
  of(connection: Connection): Service;
  /** The port mapper says where a brick listens. */
  found(brick: FoundBrick): void;
  /** A brick listens there. */
  tell(
    service: Service,
    brick: string | undefined,
    volume: string | undefined,
    host: string | undefined,
  ): void;
  /** The table of paths of the brick (undefined: of the only one there); 0: it has none. */
  table(service: Service, brick: string | undefined): number;
}

export function newServices(bricks: readonly KnownBrick[]): Services {
  const services = new Map<string, Service>();
  let tables = 0;

  const fromFiles = (service: Service, address: string, port: number) => {
    for (const one of bricks) {
      if (one.port !== port || (one.addresses !== undefined && !one.addresses.includes(address))) continue;
      tell(service, one.path, one.volume, one.host);
    }
  };

  const at = (ipVersion: number, words: Words, port: number): Service => {
    const address = formatAddress(ipVersion, ...words);
    const key = `${address} ${port}`;
    let service = services.get(key);
    if (service === undefined) {
      service = { volume: undefined, brick: undefined, host: undefined, shared: false, tables: new Map() };
      fromFiles(service, address, port);
    }
    // The last that was asked for is the last to be forgotten.
    services.delete(key);
    services.set(key, service);
    if (services.size > ServicesLimit) {
      const [oldest] = services.keys();
      services.delete(oldest);
    }
    return service;
  };

  const tell: Services['tell'] = (service, brick, volume, host) => {
    if (brick === undefined) return;
    if (service.brick !== undefined && service.brick !== brick) service.shared = true;
    if (service.brick !== brick) service.volume = undefined;
    service.brick = brick;
    service.volume = volume ?? service.volume;
    service.host = host ?? service.host;
    const before = service.tables.get('');
    if (before === undefined || service.tables.has(brick)) return;
    // What was learned before anybody said the brick's name is this brick's, if it is alone.
    if (!service.shared) service.tables.set(brick, before);
    service.tables.delete('');
  };

  return {
    of: (connection) => at(connection.ipVersion, connection.server, connection.serverPort),
    found: ({ ipVersion, address, port, path }) =>
      tell(at(ipVersion, address, port), path, undefined, undefined),
    tell,
    table(service, brick) {
      const name = brick ?? (service.shared ? undefined : (service.brick ?? ''));
      if (name === undefined) return 0;
      let table = service.tables.get(name);
      if (table === undefined) {
        if (tables + 1 >= BricksLimit) return 0;
        table = ++tables;
        service.tables.set(name, table);
      }
      return table;
    },
  };
}
