/**
 * The hosts of glusterds by their uuids, as they have told each other: most messages among them carry the uuid
 * alone. One decoder's memory, of what it has seen.
 */

/** glusterds that are remembered; the oldest is forgotten first. */
const PeersLimit = 4096;
/** Characters of a host's name: HOST_NAME_MAX and more. */
const NameLimit = 256;

export interface PeerNames {
  learn(uuid: string | undefined, host: string | undefined): void;
  of(uuid: string): string | undefined;
}

export function newPeerNames(): PeerNames {
  const names = new Map<string, string>();
  return {
    learn(uuid, host) {
      // What each calls itself.
      if (uuid === undefined || host === undefined || host === 'localhost' || host.length > NameLimit) return;
      names.delete(uuid);
      names.set(uuid, host);
      if (names.size <= PeersLimit) return;
      const [oldest] = names.keys();
      names.delete(oldest);
    },
    of: (uuid) => names.get(uuid),
  };
}
