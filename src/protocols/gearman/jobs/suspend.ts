/** The suspended state of a connection without jobs. */
import { memoize } from '../../../records/memoize.js';
import type { Fields } from '../fields.js';
import type { JobConnection, Peer, Server } from './model.js';

export interface SuspendedJobs {
  /** undefined: jobs are not followed. */
  readonly server: Server | undefined;
  /** The fields of SET_CLIENT_ID, or only the id if it is plain text. */
  readonly id: Peer['id'] | string;
  readonly sawAllResponses: boolean;
  /** As JSON, shared by all workers with the same abilities. */
  readonly abilities: string;
}

export const NO_JOBS: SuspendedJobs = {
  server: undefined,
  id: undefined,
  sawAllResponses: false,
  abilities: '',
};

/** Shares one string between equal ones. */
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

/** undefined: the connection has jobs, and cannot be suspended. */
export function suspendJobs(connection: JobConnection): SuspendedJobs | undefined {
  const { submissions, attached, assigned, unacknowledged } = connection;
  if (submissions.size + attached.size + assigned.size + unacknowledged.size > 0) return undefined;
  const { server, peer, sawAllResponses, abilities } = connection;
  return { server, id: shortId(peer.id), sawAllResponses, abilities: abilitiesText(abilities) };
}
