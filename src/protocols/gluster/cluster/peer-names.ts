/**
 * Hosts of glusterds by uuid, from the peer lists that glusterds exchange: most of their messages carry only the uuid.
 * Each glusterd has its own table. Connections of another glusterd may belong to another decoder thread, and a line must
 * not depend on the number of threads.
 */
import { formatAddress } from '../../../packet/address.js';
import type { Connection } from '../../protocol.js';

/** Names kept; the oldest is evicted first. */
const MAX_NAMES = 16384;
/** Characters of a host name; a longer name is ignored (HOST_NAME_MAX is 64). */
const MAX_HOST_LENGTH = 256;

/** All tables in one map: the host by `ADDRESS PORT UUID`, with the address and port of the glusterd that has the table. */
export type PeerNameTable = Map<string, string>;

/** The names in the messages to and from one glusterd. */
export class PeerNames {
  private readonly table: PeerNameTable;
  private readonly prefix: string;

  /** @param connection a connection to the glusterd */
  constructor(table: PeerNameTable, { ipVersion, server, serverPort }: Connection) {
    this.table = table;
    this.prefix = `${formatAddress(ipVersion, ...server)} ${serverPort} `;
  }

  record(uuid: string | undefined, host: string | undefined): void {
    if (uuid === undefined || host === undefined || host.length > MAX_HOST_LENGTH) return;
    // Every glusterd lists itself as localhost.
    if (host === 'localhost') return;
    const { table } = this;
    const key = this.prefix + uuid;
    table.delete(key);
    table.set(key, host);
    if (table.size <= MAX_NAMES) return;
    const [oldest] = table.keys();
    table.delete(oldest);
  }

  hostOf(uuid: string): string | undefined {
    return this.table.get(this.prefix + uuid);
  }
}
