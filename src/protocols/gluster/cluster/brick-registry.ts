/**
 * What listens where: bricks by their address and port, out of what their clients say (SETVOLUME), what the port
 * mapper answers, and glusterd's own files. A connection that was joined late says none of it itself.
 */
import { formatAddress } from '../../../packet/address.js';
import type { AddressWords, Connection, DiscoveredBrick, KnownBrick } from '../../protocol.js';
import { BricksLimit } from '../paths/brick-paths.js';

const NothingKnown = { shared: false, forgotten: false, missing: 0 };

/** Services that are remembered, besides those with files. */
const ServicesLimit = 65536;
/** Bricks of one port that have a table: glusterd puts 250 on one by itself (GLUSTERD_BRICKMUX_LIMIT_DFLT_VALUE). */
const TablesLimit = 1024;
/** Characters of a brick's name, which is a path; one of more is nobody's. */
const NameLimit = 1024;

export interface BrickEndpoint {
  /** Its address and port. */
  readonly key: string;
  /** Of the only brick that listens here, as far as is known. */
  volume: string | undefined;
  brick: string | undefined;
  host: string | undefined;
  /** Several bricks share the port (brick multiplexing): only the connection itself can tell. */
  shared: boolean;
  /** Others were asked for since: who needs it asks for it anew. */
  forgotten: boolean;
  /** Connections of which bytes are missing so far: they may hold changes of names. */
  missing: number;
  /** The number of each brick's table of paths, by the brick's name; '' until it is known. */
  readonly tables: Map<string, number>;
}

export interface BrickRegistry {
  of(connection: Connection): BrickEndpoint;
  /** The port mapper says where a brick listens. */
  found(brick: DiscoveredBrick): void;
  /** A brick listens there. */
  tell(
    service: BrickEndpoint,
    brick: string | undefined,
    volume: string | undefined,
    host: string | undefined,
  ): void;
  /** The table of paths of the brick (undefined: of the only one there); 0: it has none. */
  table(service: BrickEndpoint, brick: string | undefined): number;
}

/** @param mixed names of several bricks may have come into this table */
export function newBrickRegistry(
  bricks: readonly KnownBrick[],
  mixed: (table: number) => void,
): BrickRegistry {
  /** Those without files, and those with some: these stay, since their connections must have one table together. */
  const idle = new Map<string, BrickEndpoint>();
  const busy = new Map<string, BrickEndpoint>();
  let tables = 0;

  const fromFiles = (service: BrickEndpoint, address: string, port: number) => {
    for (const one of bricks) {
      if (one.port !== port || (one.addresses !== undefined && !one.addresses.includes(address))) continue;
      tell(service, one.path, one.volume, one.host);
    }
  };

  const at = (ipVersion: number, words: AddressWords, port: number): BrickEndpoint => {
    const address = formatAddress(ipVersion, ...words);
    const key = `${address} ${port}`;
    let service = busy.get(key) ?? idle.get(key);
    if (service === undefined) {
      service = {
        key,
        volume: undefined,
        brick: undefined,
        host: undefined,
        ...NothingKnown,
        tables: new Map(),
      };
      fromFiles(service, address, port);
    }
    if (busy.has(key)) return service;
    // The last that was asked for is the last to be forgotten.
    idle.delete(key);
    idle.set(key, service);
    if (idle.size > ServicesLimit) {
      const [[oldest, one]] = idle;
      idle.delete(oldest);
      one.forgotten = true;
    }
    return service;
  };

  const tell: BrickRegistry['tell'] = (service, brick, volume, host) => {
    if (brick === undefined || brick.length > NameLimit) return;
    if (service.brick !== undefined && service.brick !== brick && !service.shared) {
      service.shared = true;
      // Connections that did not say which one they ask were taken for those of the one that was known.
      for (const table of service.tables.values()) mixed(table);
    }
    if (service.brick !== brick) service.volume = undefined;
    service.brick = brick;
    service.volume = volume ?? service.volume;
    service.host = host ?? service.host;
    const before = service.tables.get('');
    if (before !== undefined && !service.tables.has(brick)) {
      // What was learned before anybody said the brick's name is this brick's, if it is alone.
      if (!service.shared) service.tables.set(brick, before);
      service.tables.delete('');
    }
  };

  return {
    of: (connection) => at(connection.ipVersion, connection.server, connection.serverPort),
    found: ({ ipVersion, address, port, path }) =>
      tell(at(ipVersion, address, port), path, undefined, undefined),
    tell,
    table(service, brick) {
      const name = brick ?? (service.shared ? undefined : (service.brick ?? ''));
      if (name === undefined || name.length > NameLimit) return 0;
      const known = service.tables.get(name);
      if (known !== undefined) return known;
      if (service.forgotten || service.tables.size >= TablesLimit || tables + 1 >= BricksLimit) return 0;
      const table = ++tables;
      idle.delete(service.key);
      busy.set(service.key, service);
      service.tables.set(name, table);
      return table;
    },
  };
}
