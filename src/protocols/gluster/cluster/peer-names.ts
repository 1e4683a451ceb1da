/**
 * Hosts of glusterds by uuid, as glusterds tell each other: most messages among them carry the uuid alone. Each glusterd
 * has names of its own: another glusterd's connections may be another decoder's, and a line must not depend on the number
 * of decoders.
 */
import { formatAddress } from '../../../packet/address.js';
import type { Connection } from '../../protocol.js';

/** Names kept; the oldest is evicted first. */
const MAX_NAMES = 16384;
/** Characters of a host's name: HOST_NAME_MAX and more. */
const MAX_HOST_LENGTH = 256;

/** The names of all glusterds: the host, by `address port` of the glusterd that has it and the uuid. */
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
    // Every glusterd calls itself so.
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
