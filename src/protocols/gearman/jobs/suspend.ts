/** What a connection has to do with jobs while it has none: what is kept of it while it sleeps. */
import { memoize } from '../../../records/memoize.js';
import type { Fields } from '../fields.js';
import type { JobConnection, Peer, Server } from './model.js';

export interface JobsRest {
  /** undefined: jobs are not followed. */
  readonly server: Server | undefined;
  /** SET_CLIENT_ID: where it is plain text, that alone. */
  readonly id: Peer['id'] | string;
  readonly complete: boolean;
  /** What it can do: many workers can do the same. */
  readonly abilities: string;
}

export const NoJobs: JobsRest = { server: undefined, id: undefined, complete: false, abilities: '' };

/** One text for all that can do the same. */
const common = memoize((text) => text);

function abilitiesText(abilities: JobConnection['abilities']): string {
  return abilities.size === 0 ? '' : common(JSON.stringify([...abilities]));
}

export function abilitiesOf(text: string): JobConnection['abilities'] {
  return new Map(text === '' ? [] : (JSON.parse(text) as [string, boolean][]));
}

function shortId(id: Fields | undefined): JobsRest['id'] {
  if (id === undefined || id.client_id_hex !== undefined || id.client_id_bytes !== undefined) return id;
  return typeof id.client_id === 'string' ? id.client_id : id;
}

export function idOf(id: JobsRest['id']): Peer['id'] {
  return typeof id === 'string' ? { client_id: id } : id;
}

/** undefined: it has some. */
export function jobsRest(connection: JobConnection): JobsRest | undefined {
  const { submissions, attached, assigned, claims, server, peer, complete, abilities } = connection;
  if (submissions.size + attached.size + assigned.size + claims.size > 0) return undefined;
  return { server, id: shortId(peer.id), complete, abilities: abilitiesText(abilities) };
}
