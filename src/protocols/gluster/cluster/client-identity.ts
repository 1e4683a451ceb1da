/** Volumes, and the clients of their bricks, out of what names them in passing. */

import { memoize } from '../../../records/memoize.js';
import type { JsonObject } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import { entry, object, put } from '../describe/values.js';

/** What daemons put before a volume's name in a volfile's key: build_volfile_path() of glusterd-handshake.c. */
const Daemons = new Set(['shd', 'rebalance', 'snapd', 'gfproxyd', 'gfproxy-client']);

/** A volume's name: GlusterFS allows letters, digits, - and _ (cli_validate_volname()). */
const VolumeName = /^[\w-]+$/;

/** The volume of a volfile's key: `/vol`, `vol`, `shd/vol`, `vol.host.path-of-brick`; of `gluster/quotad` none. */
export function volumeOfKey(key: string): string | undefined {
  const name = key.startsWith('/') ? key.slice(1) : key;
  const slash = name.indexOf('/');
  if (slash >= 0 && !Daemons.has(name.slice(0, slash))) return undefined;
  const [volume] = name.slice(slash + 1).split('.', 1);
  return VolumeName.test(volume) ? volume : undefined;
}

const SubvolumeOfVolume = /-(?:client-\d+|ta-\d+|snapd-client)$/;

/** Of the client translator's name, which glusterd makes as `vol-client-0`. */
function volumeOfSubvolume(subvolume: string): string | undefined {
  const suffix = SubvolumeOfVolume.exec(subvolume.slice(-40));
  return suffix === null ? undefined : subvolume.slice(0, -suffix[0].length);
}

/** The pieces of GLUSTER_PROCESS_UUID_FMT (rpc/rpc-lib/src/protocol-common.h), since GlusterFS 4.0. */
interface Pieces {
  readonly mount: string;
  readonly pid: string;
  readonly host: string;
  readonly subvolume: string;
}

function pieces(id: string): Pieces | undefined {
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

/** What a client says of itself when it connects to a brick: kept for each connection, so most of it is shared. */
export interface ClientIdentity {
  readonly volume: string | undefined;
  readonly brick: string | undefined;
  /** The host of the brick, as the client's volfile names it. */
  readonly host: string | undefined;
  /** The directory that the client has for its root, where that is not the volume's. */
  readonly subdir: string | undefined;
  readonly version: string | undefined;
  readonly volumeId: string | undefined;
  /** `process-uuid`, of which no two connections have the same. */
  readonly id: string | undefined;
  /** What of it is on every line of the connection. */
  readonly caller: JsonObject;
}

/** One text for all connections that say the same. */
const sharedText = memoize((text) => text);

function common(text: string | undefined): string | undefined {
  return text === undefined ? undefined : sharedText(text);
}

/** Callers that are kept, by what they are made of: many connections have the same. */
const CallersKept = 4096;
const AboutLimit = 1024;
const callers = new Map<string, JsonObject>();

function sharedCaller(about: string, make: () => JsonObject): JsonObject {
  if (about.length > AboutLimit) return make();
  let caller = callers.get(about);
  if (caller === undefined) {
    if (callers.size >= CallersKept) callers.clear();
    caller = make();
    callers.set(about, caller);
  }
  return caller;
}

function callerOf(
  process: Pieces | undefined,
  mount: string | undefined,
  name: string | undefined,
): JsonObject {
  const caller: Fields = {};
  put(caller, 'host', process?.host);
  const pid = process !== undefined && /^\d{1,10}$/.test(process.pid) ? Number(process.pid) : undefined;
  put(caller, 'pid', pid);
  put(caller, 'mount_id', mount);
  put(caller, 'process_name', name);
  return caller;
}

/**
 * Reads SETVOLUME's dictionary: client_setvolume() of xlators/protocol/client/src/client-handshake.c. The user name
 * and the password, which are there too, are left alone.
 */
function introduction(dict: JsonObject, full: boolean): ClientIdentity {
  const id = entry(dict, 'process-uuid');
  const process = id === undefined ? undefined : pieces(id);
  const key = entry(dict, 'volfile-key');
  const name = entry(dict, 'process-name');
  const mount = full ? process?.mount : undefined;
  const about = JSON.stringify([process?.host, process?.pid, mount, name]);
  return {
    volume: common(
      (process === undefined ? undefined : volumeOfSubvolume(process.subvolume)) ??
        (key === undefined ? undefined : volumeOfKey(key)),
    ),
    brick: common(entry(dict, 'remote-subvolume')),
    host: common(entry(dict, 'remote-host')),
    subdir: common(entry(dict, 'subdir-mount')),
    version: common(entry(dict, 'client-version')),
    volumeId: common(entry(dict, 'volume-id')),
    id,
    caller: sharedCaller(about, () => callerOf(process, mount, name)),
  };
}

/** All that it said of itself. */
export function clientOf({ caller, version, id, subdir, volumeId }: ClientIdentity): JsonObject {
  const process = id === undefined ? undefined : pieces(id);
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
 * Of the dictionary, where there is one.
 * @param full the mount's id too is on every line: one client says it once, in its SETVOLUME
 */
export function clientIdentityOf(request: Fields | undefined, full: boolean): ClientIdentity | undefined {
  const dict = object(request?.dict);
  return dict === undefined ? undefined : introduction(dict, full);
}
