/** The identity of a brick's client, from its SETVOLUME and the names that GlusterFS derives from volumes. */

import { memoize } from '../../../records/memoize.js';
import type { JsonObject } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import { volumeOfKey } from '../describe/volfile-key.js';
import { entry, object, put } from '../values.js';

const SUBVOLUME_SUFFIX = /-(?:client-\d+|ta-\d+|snapd-client)$/;

/** The volume of a client translator, which glusterd names `vol-client-0`. */
function volumeOfSubvolume(subvolume: string): string | undefined {
  const suffix = SUBVOLUME_SUFFIX.exec(subvolume.slice(-40));
  return suffix === null ? undefined : subvolume.slice(0, -suffix[0].length);
}

/** The parts of GLUSTER_PROCESS_UUID_FMT (rpc/rpc-lib/src/protocol-common.h), since GlusterFS 4.0. */
interface ProcessUuid {
  readonly mount: string;
  readonly pid: string;
  readonly host: string;
  readonly subvolume: string;
}

function parseProcessUuid(id: string): ProcessUuid | undefined {
  const graph = id.indexOf('-GRAPH_ID:');
  const pid = id.indexOf('-PID:');
  const host = id.indexOf('-HOST:', pid + 1);
  const name = id.lastIndexOf('-PC_NAME:');
  const end = id.lastIndexOf('-RECON_NO:');
  if (!id.startsWith('CTX_ID:') || graph < 0 || pid < graph || host < 0 || name < host || end < name)
    return undefined;
  return {
    mount: id.slice(7, graph),
    pid: id.slice(pid + 5, host),
    host: id.slice(host + 6, name),
    subvolume: id.slice(name + 9, end),
  };
}

/** A client's identity from SETVOLUME. Each connection keeps one, so equal strings are shared. */
export interface ClientIdentity {
  readonly volume: string | undefined;
  readonly brick: string | undefined;
  /** The host of the brick, as the client's volfile names it. */
  readonly host: string | undefined;
  /** The directory that the client has as root, if it is not the volume's. */
  readonly subdir: string | undefined;
  readonly version: string | undefined;
  readonly volumeId: string | undefined;
  /** `process-uuid`, unique to the connection. */
  readonly id: string | undefined;
  /** The fields on every line of the connection. */
  readonly caller: JsonObject;
}

/** One string for equal texts of all connections. */
const sharedText = memoize((text) => text);

function shareText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : sharedText(text);
}

/** Shared callers: many connections have the same. Beyond the limit the cache is cleared. */
const MAX_CALLERS = 4096;
const MAX_CALLER_KEY_LENGTH = 1024;
const callers = new Map<string, JsonObject>();

function sharedCaller(key: string, create: () => JsonObject): JsonObject {
  if (key.length > MAX_CALLER_KEY_LENGTH) return create();
  let caller = callers.get(key);
  if (caller === undefined) {
    if (callers.size >= MAX_CALLERS) callers.clear();
    caller = create();
    callers.set(key, caller);
  }
  return caller;
}

function callerFields(
  process: ProcessUuid | undefined,
  mount: string | undefined,
  processName: string | undefined,
): JsonObject {
  const caller: Fields = {};
  put(caller, 'host', process?.host);
  const pid = process !== undefined && /^\d{1,10}$/.test(process.pid) ? Number(process.pid) : undefined;
  put(caller, 'pid', pid);
  put(caller, 'mount_id', mount);
  put(caller, 'process_name', processName);
  return caller;
}

/**
 * Reads the dictionary of a SETVOLUME call: client_setvolume() of xlators/protocol/client/src/client-handshake.c. Ignores
 * the user name and the password in it.
 */
function readIdentity(dict: JsonObject, full: boolean): ClientIdentity {
  const id = entry(dict, 'process-uuid');
  const process = id === undefined ? undefined : parseProcessUuid(id);
  const key = entry(dict, 'volfile-key');
  const processName = entry(dict, 'process-name');
  const mount = full ? process?.mount : undefined;
  const callerKey = JSON.stringify([process?.host, process?.pid, mount, processName]);
  return {
    volume: shareText(
      (process === undefined ? undefined : volumeOfSubvolume(process.subvolume)) ??
        (key === undefined ? undefined : volumeOfKey(key)),
    ),
    brick: shareText(entry(dict, 'remote-subvolume')),
    host: shareText(entry(dict, 'remote-host')),
    subdir: shareText(entry(dict, 'subdir-mount')),
    version: shareText(entry(dict, 'client-version')),
    volumeId: shareText(entry(dict, 'volume-id')),
    id,
    caller: sharedCaller(callerKey, () => callerFields(process, mount, processName)),
  };
}

/** All fields of the client. */
export function clientFields({ caller, version, id, subdir, volumeId }: ClientIdentity): JsonObject {
  const process = id === undefined ? undefined : parseProcessUuid(id);
  const client: Fields = {};
  put(client, 'host', caller.host);
  put(client, 'pid', caller.pid);
  put(client, 'mount_id', process?.mount);
  put(client, 'process_name', caller.process_name);
  put(client, 'version', version);
  put(client, 'subvolume', process?.subvolume);
  put(client, 'subdir', subdir);
  put(client, 'volume_id', volumeId);
  put(client, 'process_uuid', id);
  return client;
}

/**
 * The identity in a SETVOLUME call; undefined: its dictionary was not seen.
 * @param full every line has the id of the mount, not only SETVOLUME's
 */
export function clientIdentityOf(request: Fields | undefined, full: boolean): ClientIdentity | undefined {
  const dict = object(request?.dict);
  return dict === undefined ? undefined : readIdentity(dict, full);
}
