/** What a connection has to do with jobs while it has none: what is kept of it while it sleeps. */
import type { JobConnection, Peer, Server } from './model.js';

export interface JobsRest {
  readonly server: Server;
  /** SET_CLIENT_ID. */
  readonly id: Peer['id'];
  readonly complete: boolean;
  /** What it can do; undefined: nothing. */
  readonly abilities: JobConnection['abilities'] | undefined;
}

/** undefined: it has some. */
export function jobsRest(connection: JobConnection): JobsRest | undefined {
  const { submissions, attached, assigned, claims, server, peer, complete, abilities } = connection;
  if (submissions.size + attached.size + assigned.size + claims.size > 0) return undefined;
  return { server, id: peer.id, complete, abilities: abilities.size === 0 ? undefined : abilities };
}
