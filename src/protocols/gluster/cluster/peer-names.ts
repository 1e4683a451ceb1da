/**
 * The hosts of glusterds by their uuids, as they have told each other: most messages among them carry the uuid
 * alone. What was told to one glusterd is not known of another: its connections may be another decoder's, and a line shall
 * be the same however many decoders there are.
 */
import { formatAddress } from '../../../packet/address.js';
import type { Connection } from '../../protocol.js';

/** Names that are remembered; the oldest is forgotten first. */
const NamesLimit = 16384;
/** Characters of a host's name: HOST_NAME_MAX and more. */
const NameLimit = 256;

/** Those that one glusterd has told, or was told. */
export interface PeerNames {
  learn(uuid: string | undefined, host: string | undefined): void;
  of(uuid: string): string | undefined;
}

/** Of the glusterd that the connection is to. */
export type AllPeerNames = (connection: Connection) => PeerNames;

export function newPeerNames(): AllPeerNames {
  const names = new Map<string, string>();
  return ({ ipVersion, server, serverPort }) => {
    const place = `${formatAddress(ipVersion, ...server)} ${serverPort} `;
    return {
      learn(uuid, host) {
        // What each calls itself.
        if (uuid === undefined || host === undefined || host === 'localhost' || host.length > NameLimit)
          return;
        const key = place + uuid;
        names.delete(key);
        names.set(key, host);
        if (names.size <= NamesLimit) return;
        const [oldest] = names.keys();
        names.delete(oldest);
      },
      of: (uuid) => names.get(place + uuid),
    };
  };
}
