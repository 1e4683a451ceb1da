/**
 * Which brick listens on which address and port: from SETVOLUME calls of its clients, replies of the port mapper, and
 * glusterd's state files. A midstream pickup has no SETVOLUME of its own, so it relies on these.
 */
import { formatAddress } from '../../../packet/address.js';
import type { AddressWords, Connection, DiscoveredBrick, KnownBrick } from '../../protocol.js';
import { MAX_BRICKS } from '../paths/brick-paths.js';

/** Endpoints without tables that are kept. */
const MAX_ENDPOINTS = 65536;
/** Tables of one port: by default glusterd multiplexes up to 250 bricks (GLUSTERD_BRICKMUX_LIMIT_DFLT_VALUE). */
const MAX_TABLES = 1024;
/** Characters of a brick's path; a longer path is ignored. */
const MAX_BRICK_LENGTH = 1024;

/** A port on which bricks listen. */
export interface BrickEndpoint {
  /** `address port`. */
  readonly key: string;
  /** Volume, path and host of the brick if it is the only one here; undefined: unknown. */
  volume: string | undefined;
  brick: string | undefined;
  host: string | undefined;
  /** Several bricks share the port (brick multiplexing): only a connection's own SETVOLUME names its brick. */
  isShared: boolean;
  /** Evicted from the registry: its holder must look it up again. */
  isEvicted: boolean;
  /** Connections with a pending gap: the gap may hold changes of names. */
  pendingGaps: number;
  /** Numbers of the tables of paths, by brick; '' while the brick is unknown. */
  readonly tables: Map<string, number>;
}

export class BrickRegistry {
  private readonly known: readonly KnownBrick[];
  private readonly onMixed: (table: number) => void;
  /** Endpoints without tables, the least recently used first. */
  private readonly idle = new Map<string, BrickEndpoint>();
  /** Endpoints with tables. They are never evicted: all connections to a brick must share its table. */
  private readonly busy = new Map<string, BrickEndpoint>();
  private tables = 0;

  /**
   * @param known bricks from glusterd's state files
   * @param onMixed called for a table that may hold names of several bricks
   */
  constructor(known: readonly KnownBrick[], onMixed: (table: number) => void) {
    this.known = known;
    this.onMixed = onMixed;
  }

  /** The endpoint of a connection's server. */
  endpointOf({ ipVersion, server, serverPort }: Connection): BrickEndpoint {
    return this.endpointAt(ipVersion, server, serverPort);
  }

  /** Records a brick that the port mapper or another decoder names. */
  recordDiscovered({ ipVersion, address, port, path }: DiscoveredBrick): void {
    this.recordBrick(this.endpointAt(ipVersion, address, port), path, undefined, undefined);
  }

  /** Records that a brick listens there. */
  recordBrick(
    endpoint: BrickEndpoint,
    brick: string | undefined,
    volume: string | undefined,
    host: string | undefined,
  ): void {
    if (brick === undefined || brick.length > MAX_BRICK_LENGTH) return;
    if (endpoint.brick !== undefined && endpoint.brick !== brick && !endpoint.isShared) {
      endpoint.isShared = true;
      // Connections without a SETVOLUME were attributed to the first brick.
      for (const table of endpoint.tables.values()) this.onMixed(table);
    }
    if (endpoint.brick !== brick) endpoint.volume = undefined;
    endpoint.brick = brick;
    endpoint.volume = volume ?? endpoint.volume;
    endpoint.host = host ?? endpoint.host;
    const unnamed = endpoint.tables.get('');
    if (unnamed !== undefined && !endpoint.tables.has(brick)) {
      // Names observed while the brick was unknown belong to it, if it is the only one here.
      if (!endpoint.isShared) endpoint.tables.set(brick, unnamed);
      endpoint.tables.delete('');
    }
  }

  /** The number of a brick's table of paths; 0: none. `brick` undefined: the only brick of the endpoint. */
  tableOf(endpoint: BrickEndpoint, brick: string | undefined): number {
    const name = brick ?? (endpoint.isShared ? undefined : (endpoint.brick ?? ''));
    if (name === undefined || name.length > MAX_BRICK_LENGTH) return 0;
    return endpoint.tables.get(name) ?? this.addTable(endpoint, name);
  }

  private addTable(endpoint: BrickEndpoint, name: string): number {
    if (endpoint.isEvicted || endpoint.tables.size >= MAX_TABLES || this.tables + 1 >= MAX_BRICKS) return 0;
    const table = ++this.tables;
    this.idle.delete(endpoint.key);
    this.busy.set(endpoint.key, endpoint);
    endpoint.tables.set(name, table);
    return table;
  }

  private endpointAt(ipVersion: number, words: AddressWords, port: number): BrickEndpoint {
    const address = formatAddress(ipVersion, ...words);
    const key = `${address} ${port}`;
    const busy = this.busy.get(key);
    if (busy !== undefined) return busy;
    const { idle } = this;
    let endpoint = idle.get(key);
    if (endpoint === undefined) {
      endpoint = newEndpoint(key);
      this.recordKnown(endpoint, address, port);
    }
    idle.delete(key);
    idle.set(key, endpoint);
    if (idle.size > MAX_ENDPOINTS) {
      const [[oldestKey, oldest]] = idle;
      idle.delete(oldestKey);
      oldest.isEvicted = true;
    }
    return endpoint;
  }

  private recordKnown(endpoint: BrickEndpoint, address: string, port: number): void {
    for (const brick of this.known) {
      if (brick.port !== port || (brick.addresses !== undefined && !brick.addresses.includes(address))) {
        continue;
      }
      this.recordBrick(endpoint, brick.path, brick.volume, brick.host);
    }
  }
}

function newEndpoint(key: string): BrickEndpoint {
  return {
    key,
    volume: undefined,
    brick: undefined,
    host: undefined,
    isShared: false,
    isEvicted: false,
    pendingGaps: 0,
    tables: new Map(),
  };
}
