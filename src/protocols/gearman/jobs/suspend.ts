/** What a connection has to do with jobs while it has none: what is kept of it while it sleeps. */
import { memoize } from '../../../records/memoize.js';
import type { Fields } from '../fields.js';
import type { JobConnection, Peer, Server } from './model.js';

export interface SuspendedJobs {
  /** undefined: jobs are not followed. */
  readonly server: Server | undefined;
  /** SET_CLIENT_ID: where it is plain text, that alone. */
  readonly id: Peer['id'] | string;
  readonly complete: boolean;
  /** What it can do: many workers can do the same. */
  readonly abilities: string;
}

export const NO_JOBS: SuspendedJobs = { server: undefined, id: undefined, complete: false, abilities: '' };

/** One text for all that can do the same. */
const shared = memoize((text) => text);

function abilitiesText(abilities: JobConnection['abilities']): string {
  return abilities.size === 0 ? '' : shared(JSON.stringify([...abilities]));
}

export function restoreAbilities(text: string): JobConnection['abilities'] {
  return new Map(text === '' ? [] : (JSON.parse(text) as [string, boolean][]));
}

function shortId(id: Fields | undefined): SuspendedJobs['id'] {
  if (id === undefined || id.client_id_hex !== undefined || id.client_id_bytes !== undefined) return id;
  return typeof id.client_id === 'string' ? id.client_id : id;
}

export function restoreId(id: SuspendedJobs['id']): Peer['id'] {
  return typeof id === 'string' ? { client_id: id } : id;
}

/** undefined: it has some. */
export function suspendJobs(connection: JobConnection): SuspendedJobs | undefined {
  const {
    submissions,
    attached,
    assigned,
    unacknowledged: claims,
    server,
    peer,
    sawAllResponses: complete,
    abilities,
  } = connection;
  if (submissions.size + attached.size + assigned.size + claims.size > 0) return undefined;
  return { server, id: shortId(peer.id), complete, abilities: abilitiesText(abilities) };
}
