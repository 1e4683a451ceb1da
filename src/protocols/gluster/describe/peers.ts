/** What glusterds say of each other: probes, friends, their states, the versions that they agree on. */

import { displayName, stripControls } from '../../../records/phrases.js';
import type { Json } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import { aboutOf, putCommand, said, shortId } from './glusterd.js';
import type { SubjectPart } from './parts.js';
import type { ResultPart } from './results.js';
import { entry, gfid, numberEntry, put, text, uuidEntry } from './values.js';

/** Peers and volumes of a message that are told; the number of all is in the sentence. */
const ListLimit = 32;
/** Those that the sentence names. */
const ShownLimit = 8;

/** The host that is asked about. The command has it in its dictionary since GlusterFS 3.5. */
export const hostname: SubjectPart = (request, out) => {
  const host = text(request.hostname) ?? entry(request.dict, 'hostname');
  put(out, 'peer', host);
  return host === undefined ? '' : displayName(host);
};

/** What an administrator asked of it. */
export const probed: SubjectPart = (request, out, place) => {
  putCommand(request.dict, out);
  return hostname(request, out, place) || aboutOf(out);
};

/** The glusterd that asks. */
export const asker: SubjectPart = (request, out, place) => {
  const id = gfid(request.uuid);
  put(out, 'peer_uuid', id);
  return id === undefined ? '' : `by ${displayName(place.hostOf(id) ?? shortId(id))}`;
};

/** Who asks, and what it says. */
const saying = (by: string, what: string): string =>
  by === '' || what === '' ? by + what : `${by}, who ${what}`;

/** A list for a sentence, of so many that are there. */
function listed(names: readonly string[], all: number): string {
  const shown = names.slice(0, ShownLimit);
  const rest = all - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** FRIEND_ADD: who asks, and the volumes that it brings: glusterd_add_volumes_to_export_dict(). */
export const befriending: SubjectPart = (request, out, place) =>
  saying(asker(request, out, place), volumes(request, out));

function volumes(request: Fields, out: Fields): string {
  const count = numberEntry(request.vols, 'count');
  if (count === undefined || count < 0) return '';
  if (count === 0) return 'has no volumes';
  const names: string[] = [];
  for (let i = 1; i <= Math.min(count, ListLimit); i++) {
    const name = entry(request.vols, `volume${i}.name`);
    if (name !== undefined) names.push(name);
  }
  if (names.length > 0) out.volumes = names;
  const words = count === 1 ? 'has 1 volume' : `has ${count} volumes`;
  return names.length === 0 ? words : `${words}: ${listed(names.map(displayName), count)}`;
}

/** The peers of a dictionary, friend1.*, friend2.*, ...: gd_add_friend_to_dict(), glusterd_add_peer_detail_to_dict(). */
function peersOf(dict: Json | undefined): Fields[] {
  const peers: Fields[] = [];
  const count = Math.min(numberEntry(dict, 'count') ?? 0, ListLimit);
  for (let i = 1; i <= count; i++) {
    const peer: Fields = {};
    const key = `friend${i}`;
    put(peer, 'hostname', entry(dict, `${key}.hostname`));
    put(peer, 'uuid', uuidEntry(dict, `${key}.uuid`));
    put(peer, 'state', entry(dict, `${key}.state`));
    const connected = numberEntry(dict, `${key}.connected`);
    if (connected !== undefined) peer.connected = connected !== 0;
    if (Object.keys(peer).length > 0) peers.push(peer);
  }
  return peers;
}

const nameOf = (peer: Fields): string => {
  const name = text(peer.hostname);
  return name === undefined ? shortId(peer.uuid) || 'one without a name' : displayName(name);
};

/** `node2 connected (Peer in Cluster)`. */
function stateOf(peer: Fields): string {
  const words = [nameOf(peer)];
  if (peer.connected !== undefined) words.push(peer.connected === true ? 'connected' : 'disconnected');
  const state = text(peer.state);
  if (state !== undefined) words.push(`(${displayName(state)})`);
  return words.join(' ');
}

/** glusterd_friend_update_op_t: GD_FRIEND_UPDATE_DEL. */
const Removal = 2;

/**
 * FRIEND_UPDATE: who asks, and all peers that it has (glusterd_ac_send_friend_update()), or the one that it has no
 * longer (glusterd_broadcast_friend_delete()).
 */
export const updating: SubjectPart = (request, out, place) => {
  const by = asker(request, out, place);
  const { friends } = request;
  if (numberEntry(friends, 'op') === Removal) {
    const removed = entry(friends, 'hostname');
    put(out, 'peer', removed);
    return removed === undefined ? by : saying(by, `no longer has the peer ${displayName(removed)}`);
  }
  const peers = peersOf(friends);
  if (peers.length === 0) return by;
  out.peers = peers;
  const count = numberEntry(friends, 'count') ?? 0;
  return saying(by, `has ${peerCount(count)}: ${listed(peers.map(nameOf), count)}`);
};

const peerCount = (count: number): string => (count === 1 ? '1 peer' : `${count} peers`);

/** `gluster peer status` and `gluster pool list`. */
export const friendList: ResultPart = (response, out) => {
  const { friends: dict } = response;
  const count = numberEntry(dict, 'count');
  if (count === undefined || count < 0) return undefined;
  const peers = peersOf(dict);
  if (peers.length > 0) out.peers = peers;
  if (peers.length === 0) return peerCount(count);
  return `${peerCount(count)}: ${listed(peers.map(stateOf), count)}`;
};

/** The last changes of a peer's state, or of the transactions': glusterd_sm_tr_log_add_to_dict(). */
export const transitions: ResultPart = (response, out) => {
  const { fsm_log: dict } = response;
  const count = numberEntry(dict, 'count');
  if (count === undefined || count < 0) return undefined;
  const changes: string[] = [];
  for (let i = Math.max(0, count - ListLimit); i < count; i++) {
    const [from, event, to, time] = ['old-state', 'event', 'new-state', 'time'].map((name) =>
      entry(dict, `log${i}-${name}`),
    );
    if (from !== undefined && to !== undefined)
      changes.push(`${time ?? '?'} ${event ?? '?'}: ${from} -> ${to}`);
  }
  if (changes.length > 0) out.transitions = changes;
  const words = count === 1 ? '1 change' : `${count} changes`;
  const last = changes.at(-1);
  return last === undefined ? words : `${words}, the last at ${stripControls(last.slice(0, 160))}`;
};

/** Which glusterd it turned out to be. */
export const identified: ResultPart = (response, out, opRet) => {
  const id = gfid(response.uuid);
  const words = said(response, out, opRet);
  if (words !== undefined || id === undefined) return words;
  return `ok, it is ${shortId(id)}`;
};

/** VERSIONS: who asks, since GlusterFS 3.7. VERSIONS_ACK: the version that was settled. */
export const versionAsked: SubjectPart = (request, out, place) => {
  const id = uuidEntry(request.hndsk, 'peer-id');
  put(out, 'peer_uuid', id);
  const version = numberEntry(request.hndsk, 'operating-version');
  put(out, 'operating_version', version);
  if (version !== undefined) return `operating version ${version}`;
  return id === undefined ? '' : `by ${displayName(place.hostOf(id) ?? shortId(id))}`;
};

/** VERSIONS: the version that it has, and those that it could have. */
export const versionTold: ResultPart = ({ hndsk }, out) => {
  const version = numberEntry(hndsk, 'operating-version');
  if (version === undefined) return undefined;
  out.operating_version = version;
  const [least, most] = ['minimum', 'maximum'].map((end) => numberEntry(hndsk, `${end}-operating-version`));
  if (least === undefined || most === undefined) return `operating version ${version}`;
  return `operating version ${version} of ${least} to ${most}`;
};

/**
 * gf_probe_resp and gf_deprobe_resp in words, where the reply has none: of set_probe_error_str() and
 * set_deprobe_error_str() of glusterd-handler.c.
 */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    GF_PROBE_LOCALHOST: 'it is this host itself',
    GF_PROBE_FRIEND: 'it is a peer already',
    GF_PROBE_ANOTHER_CLUSTER: 'it is in another cluster, or has volumes',
    GF_PROBE_VOLUME_CONFLICT: 'a volume there conflicts with one of the cluster',
    GF_PROBE_SAME_UUID: 'it has the same uuid',
    GF_PROBE_UNKNOWN_PEER: 'it does not know who asks',
    GF_PROBE_ADD_FAILED: 'it could not add the peer',
    GF_PROBE_QUORUM_NOT_MET: 'the cluster has no quorum',
    GF_PROBE_MISSED_SNAP_CONFLICT: 'the list of missed snapshots conflicts',
    GF_PROBE_SNAP_CONFLICT: 'the snapshots conflict',
    GF_PROBE_FRIEND_DETACHING: 'it is being detached',
    GF_DEPROBE_LOCALHOST: 'it is this host itself',
    GF_DEPROBE_NOT_FRIEND: 'it is no peer',
    GF_DEPROBE_BRICK_EXIST: 'it has bricks',
    GF_DEPROBE_FRIEND_DOWN: 'a peer is down',
    GF_DEPROBE_QUORUM_NOT_MET: 'the cluster has no quorum',
    GF_DEPROBE_FRIEND_DETACHING: 'it is being detached already',
    GF_DEPROBE_SNAP_BRICK_EXIST: 'it has bricks of snapshots',
  }),
);

export function probeReason(error: string): string | undefined {
  return REASONS.get(error);
}
