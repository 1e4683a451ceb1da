/** Parts for messages about peers: probes, lists of peers and their states, operating versions. */

import { displayName, stripControls } from '../../../records/phrases.js';
import type { Json } from '../../../records/record.js';
import { string, uuid_words } from '../../rpc/xdr/types.js';
import type { GlusterSection } from '../fields.js';
import type { FileNames } from '../paths/file-names.js';
import { entry, gfid, numberEntry, put, text, uuidEntry } from '../values.js';
import { operationPhrase, putCommand, shortId, statusMessage } from './glusterd.js';
import { pairs, resultPart, subjectPart } from './part.js';

/** Peers or volumes in a field; the sentence has the total number. */
const MAX_LISTED = 32;
/** Peers or volumes in a sentence. */
const SHOWN_ITEMS = 8;

const PEERS = pairs('count op hostname', /^friend\d{1,5}\.(?:hostname|uuid|state|connected)$/);
const VOLUMES = pairs('count', /^volume\d{1,5}\.name$/);
const TRANSITIONS = pairs('count', /^log\d{1,5}-(?:old-state|event|new-state|time)$/);
const VERSIONS = pairs('peer-id operating-version minimum-operating-version maximum-operating-version');
const COMMAND = pairs('hostname cmd-str');

function putHost(host: string | undefined, out: GlusterSection): string {
  put(out, 'peer', host);
  return host === undefined ? '' : displayName(host);
}

/** The host that the call is about. */
export const hostname = subjectPart({ hostname: string }, (request, out) =>
  putHost(text(request.hostname), out),
);

/** PROBE and DEPROBE of the gluster command: since GlusterFS 3.5 the host is in the dictionary. */
export const probedHost = subjectPart({ hostname: string, dict: COMMAND }, ({ hostname, dict }, out) => {
  putCommand(dict, out);
  return putHost(text(hostname) ?? entry(dict, 'hostname'), out) || operationPhrase(out);
});

function hostOrId(id: string, names: FileNames): string {
  return displayName(names.hostOf(id) ?? shortId(id));
}

/** The glusterd that sends the request. */
export const sender = subjectPart({ uuid: uuid_words }, (request, out, names) => {
  const id = gfid(request.uuid);
  put(out, 'peer_uuid', id);
  return id === undefined ? '' : `by ${hostOrId(id, names)}`;
});

/** The sender, followed by a clause about it. */
const senderWords = (by: string, what: string): string =>
  by === '' || what === '' ? by + what : `${by}, which ${what}`;

/** A list for a sentence: the first names, and the number of the others. */
function listWords(names: readonly string[], count: number): string {
  const shown = names.slice(0, SHOWN_ITEMS);
  const more = count - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** FRIEND_ADD: the sender and its volumes, from glusterd_add_volumes_to_export_dict(). */
export const senderVolumes = subjectPart({ uuid: uuid_words, vols: VOLUMES }, (request, out, names) =>
  senderWords(sender.describe(request, out, names), putVolumes(request.vols, out)),
);

function putVolumes(dict: Json | undefined, out: GlusterSection): string {
  const count = numberEntry(dict, 'count');
  if (count === undefined || count < 0) return '';
  if (count === 0) return 'has no volumes';
  const names: string[] = [];
  for (let i = 1; i <= Math.min(count, MAX_LISTED); i++) {
    const name = entry(dict, `volume${i}.name`);
    if (name !== undefined) names.push(name);
  }
  if (names.length > 0) out.volumes = names;
  const words = count === 1 ? 'has 1 volume' : `has ${count} volumes`;
  return names.length === 0 ? words : `${words}: ${listWords(names.map(displayName), count)}`;
}

/** A peer of a line's `peers`. */
interface Peer {
  hostname?: string;
  uuid?: string;
  state?: string;
  connected?: boolean;
  [name: string]: Json | undefined;
}

/** The peers of a dictionary, friend1.*, friend2.*, ...: gd_add_friend_to_dict(), glusterd_add_peer_detail_to_dict(). */
function peersOf(dict: Json | undefined): Peer[] {
  const peers: Peer[] = [];
  const count = Math.min(numberEntry(dict, 'count') ?? 0, MAX_LISTED);
  for (let i = 1; i <= count; i++) {
    const peer: Peer = {};
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

const peerName = ({ hostname, uuid }: Peer): string =>
  hostname === undefined ? shortId(uuid) || 'unnamed peer' : displayName(hostname);

/** `node2 connected (Peer in Cluster)`. */
function peerStateWords(peer: Peer): string {
  const words = [peerName(peer)];
  if (peer.connected !== undefined) words.push(peer.connected ? 'connected' : 'disconnected');
  if (peer.state !== undefined) words.push(`(${displayName(peer.state)})`);
  return words.join(' ');
}

const peerCount = (count: number): string => (count === 1 ? '1 peer' : `${count} peers`);

/** glusterd_friend_update_op_t: GD_FRIEND_UPDATE_DEL. */
const REMOVAL = 2;

/**
 * FRIEND_UPDATE: the sender with all of its peers (glusterd_ac_send_friend_update()), or with the peer that it removed
 * (glusterd_broadcast_friend_delete()).
 */
export const peerUpdate = subjectPart({ uuid: uuid_words, friends: PEERS }, (request, out, names) => {
  const by = sender.describe(request, out, names);
  const { friends } = request;
  if (numberEntry(friends, 'op') === REMOVAL) {
    const removed = entry(friends, 'hostname');
    put(out, 'peer', removed);
    return removed === undefined ? by : senderWords(by, `removed the peer ${displayName(removed)}`);
  }
  const peers = peersOf(friends);
  if (peers.length === 0) return by;
  out.peers = peers;
  const count = numberEntry(friends, 'count') ?? 0;
  return senderWords(by, `has ${peerCount(count)}: ${listWords(peers.map(peerName), count)}`);
});

/** `gluster peer status` and `gluster pool list`. */
export const peerList = resultPart({ friends: PEERS }, ({ friends }, out) => {
  const count = numberEntry(friends, 'count');
  if (count === undefined || count < 0) return undefined;
  const peers = peersOf(friends);
  if (peers.length > 0) out.peers = peers;
  if (peers.length === 0) return peerCount(count);
  return `${peerCount(count)}: ${listWords(peers.map(peerStateWords), count)}`;
});

/** FSM_LOG: latest transitions of a peer's state machine, or of the transactions': glusterd_sm_tr_log_add_to_dict(). */
export const stateTransitions = resultPart({ fsm_log: TRANSITIONS }, ({ fsm_log: dict }, out) => {
  const count = numberEntry(dict, 'count');
  if (count === undefined || count < 0) return undefined;
  const changes: string[] = [];
  for (let i = Math.max(0, count - MAX_LISTED); i < count; i++) {
    const [from, event, to, time] = ['old-state', 'event', 'new-state', 'time'].map((name) =>
      entry(dict, `log${i}-${name}`),
    );
    if (from !== undefined && to !== undefined)
      changes.push(`${time ?? '?'} ${event ?? '?'}: ${from} -> ${to}`);
  }
  if (changes.length > 0) out.transitions = changes;
  const words = count === 1 ? '1 change' : `${count} changes`;
  const latest = changes.at(-1);
  return latest === undefined ? words : `${words}, the last at ${stripControls(latest.slice(0, 160))}`;
});

/** The uuid of the responding glusterd. */
export const responderId = resultPart({ uuid: uuid_words, op_errstr: string }, (response, out, opRet) => {
  const id = gfid(response.uuid);
  const words = statusMessage.describe(response, out, opRet);
  return words !== undefined || id === undefined ? words : `ok, uuid ${shortId(id)}`;
});

/** VERSIONS: the sender, since GlusterFS 3.7. VERSIONS_ACK: the operating version that both agreed on. */
export const proposedVersion = subjectPart({ hndsk: VERSIONS }, ({ hndsk }, out, names) => {
  const id = uuidEntry(hndsk, 'peer-id');
  put(out, 'peer_uuid', id);
  const version = numberEntry(hndsk, 'operating-version');
  put(out, 'operating_version', version);
  if (version !== undefined) return `operating version ${version}`;
  return id === undefined ? '' : `by ${hostOrId(id, names)}`;
});

/** VERSIONS: the responder's operating version, and the versions that it supports. */
export const supportedVersions = resultPart({ hndsk: VERSIONS }, ({ hndsk }, out) => {
  const version = numberEntry(hndsk, 'operating-version');
  if (version === undefined) return undefined;
  out.operating_version = version;
  const [least, most] = ['minimum', 'maximum'].map((end) => numberEntry(hndsk, `${end}-operating-version`));
  if (least === undefined || most === undefined) return `operating version ${version}`;
  return `operating version ${version} of ${least} to ${most}`;
});

/**
 * gf_probe_resp and gf_deprobe_resp in words, for replies without a reason: set_probe_error_str() and
 * set_deprobe_error_str() of glusterd-handler.c.
 */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    GF_PROBE_LOCALHOST: 'the host is the responder itself',
    GF_PROBE_FRIEND: 'already a peer',
    GF_PROBE_ANOTHER_CLUSTER: 'the host is in another cluster or has volumes',
    GF_PROBE_VOLUME_CONFLICT: 'a volume of the host conflicts with one of the cluster',
    GF_PROBE_SAME_UUID: 'the host has the same uuid',
    GF_PROBE_UNKNOWN_PEER: 'the sender is not a known peer',
    GF_PROBE_ADD_FAILED: 'the peer could not be added',
    GF_PROBE_QUORUM_NOT_MET: 'the cluster has no quorum',
    GF_PROBE_MISSED_SNAP_CONFLICT: 'the list of missed snapshots conflicts',
    GF_PROBE_SNAP_CONFLICT: 'the snapshots conflict',
    GF_PROBE_FRIEND_DETACHING: 'the peer is being detached',
    GF_DEPROBE_LOCALHOST: 'the host is the responder itself',
    GF_DEPROBE_NOT_FRIEND: 'not a peer',
    GF_DEPROBE_BRICK_EXIST: 'the peer has bricks',
    GF_DEPROBE_FRIEND_DOWN: 'a peer is down',
    GF_DEPROBE_QUORUM_NOT_MET: 'the cluster has no quorum',
    GF_DEPROBE_FRIEND_DETACHING: 'the peer is already being detached',
    GF_DEPROBE_SNAP_BRICK_EXIST: 'the peer has bricks of snapshots',
  }),
);

export function probeReason(error: string): string | undefined {
  return REASONS.get(error);
}
