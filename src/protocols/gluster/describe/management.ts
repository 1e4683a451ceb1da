/** Everything but file operations: by program and procedure, or by program where all of its procedures are alike. */
import { displayName } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import { volumeOfKey } from '../cluster/client-identity.js';
import { upcallFlags } from '../enums/fop.js';
import { brickOp, glusterdOp, glusterdOpV1 } from '../enums/glusterd.js';
import { commanded, onBrick, phase, said } from './glusterd.js';
import { entryLock, lease, lock } from './lock-fields.js';
import { file, lookedUp, type SubjectPart, told, volumeOf } from './parts.js';
import {
  asker,
  befriending,
  friendList,
  hostname,
  identified,
  probed,
  transitions,
  updating,
  versionAsked,
  versionTold,
} from './peers.js';
import { lookedUpGfid, type ResultPart, statusOnly } from './results.js';
import { entry, integer, put, text } from './values.js';

interface Row {
  readonly subject: readonly SubjectPart[];
  readonly result: ResultPart;
}

const row = (...subject: readonly SubjectPart[]): Row => ({ subject, result: statusOnly });
const answered = (result: ResultPart, ...subject: readonly SubjectPart[]): Row => ({ subject, result });

const volume = volumeOf('dict');
const brick = told('brick', 'brick');
const port = told('port', 'port', 'port ');

/** The key of a volfile, and the volume where the key tells it. */
const volfile: SubjectPart = (request, out) => {
  const key = text(request.key);
  put(out, 'volfile', key);
  if (key !== undefined) put(out, 'volume', volumeOfKey(key));
  return key === undefined ? '' : displayName(key);
};

const brickPort: ResultPart = (response, out) => {
  const number = integer(response.port);
  put(out, 'port', number);
  return number === undefined ? undefined : String(number);
};

const brickOfPort: ResultPart = (response, out) => {
  const path = text(response.brick);
  put(out, 'brick', path);
  return path === undefined ? undefined : displayName(path);
};

const pathOf =
  (field: string): ResultPart =>
  (response, out) => {
    const path = text(response[field]);
    put(out, 'path', path);
    return path === undefined ? undefined : displayName(path);
  };

const invalidated: SubjectPart = (request, out) => {
  const names = typeof request.flags === 'number' ? upcallFlags.of(request.flags) : undefined;
  if (!Array.isArray(names)) return '';
  out.flags = names;
  return names.join('|');
};

/** GETLIMIT asks for a directory by its gfid, in the dictionary. */
const limited: SubjectPart = (request, out, place) => {
  const id = entry(request.dict, 'gfid');
  return id === undefined ? '' : file({ gfid: id } satisfies Fields, out, place);
};

/** Peers: until GlusterFS 3.2 in the program of the transactions. */
const friends = (program: string): Record<string, Row> => ({
  [`${program} PROBE_QUERY`]: answered(identified, hostname, asker),
  [`${program} FRIEND_ADD`]: answered(identified, hostname, befriending),
  [`${program} FRIEND_REMOVE`]: row(hostname, asker),
  [`${program} FRIEND_UPDATE`]: row(updating),
});

/** What is not the rule of its program. */
const PROCEDURES: ReadonlyMap<string, Row> = new Map(
  Object.entries({
    'GLUSTER_HNDSK GETSPEC': row(volfile),
    'GLUSTER_PMAP PORTBYBRICK': answered(brickPort, brick),
    'GLUSTER_PMAP BRICKBYPORT': answered(brickOfPort, port),
    'GLUSTER_CBK CACHE_INVALIDATION': row(file, invalidated),
    'GLUSTER_CBK RECALL_LEASE': row(file, lease),
    'GLUSTER_CBK INODELK_CONTENTION': row(file, lock),
    'GLUSTER_CBK ENTRYLK_CONTENTION': row(file, entryLock),
    'GLUSTER_AGGREGATOR LOOKUP': answered(lookedUpGfid, lookedUp),
    'GLUSTER_AGGREGATOR GETLIMIT': row(limited),
    ...friends('GD_FRIEND'),
    ...friends('GLUSTERD1_MGMT'),
    ...friends('GD_MGMT'),
    'GD_MGMT_HNDSK VERSIONS': answered(versionTold, versionAsked),
    'GD_MGMT_HNDSK VERSIONS_ACK': row(versionAsked),
    'CLI PROBE': answered(said, probed),
    'CLI DEPROBE': answered(said, probed),
    'GLUSTERD1_MGMT CLI_PROBE': answered(said, probed),
    'GLUSTERD1_MGMT CLI_DEPROBE': answered(said, probed),
    'CLI LIST_FRIENDS': answered(friendList),
    'GLUSTERD1_MGMT CLI_LIST_FRIENDS': answered(friendList),
    'CLI GETWD': answered(pathOf('wd')),
    'CLI MOUNT': answered(pathOf('path')),
    'CLI UMOUNT': row(told('path', 'path')),
    'CLI FSM_LOG': answered(transitions, told('name', 'peer')),
    'GLUSTERD1_MGMT CLI_FSM_LOG': answered(transitions, told('name', 'peer')),
    'CLI RENAME_VOLUME': row(volume, told('new_volname', 'new_volume', 'to ')),
    'GLUSTERD1_MGMT CLI_RENAME_VOLUME': row(volume, told('new_volname', 'new_volume', 'to ')),
    'GLUSTERD1_MGMT BRICK_OP': answered(said, onBrick(brickOp)),
  }),
);

/** What all other procedures of a program have in common. */
const RULES: ReadonlyMap<string, Row> = new Map(
  Object.entries({
    GLUSTER_HNDSK: row(volume),
    GLUSTER_DUMP: row(),
    GLUSTER_PMAP: row(brick, port),
    GLUSTER_CBK: row(file),
    'GD_MGMT 1': answered(said, phase(glusterdOpV1)),
    GD_MGMT: answered(said, phase(glusterdOp)),
    GLUSTERD1_MGMT: answered(said, phase(glusterdOpV1)),
    GD_BRICK: answered(said, onBrick(brickOp)),
  }),
);

const Nothing = row();

/** What an administrator asks has a procedure of its own for each command. */
const command = (procedure: string): Row => answered(said, commanded(procedure));

/** How to describe a procedure of this name. */
export function managementRow(program: string, version: number, procedure: string): Row {
  const name = `${program} ${procedure}`;
  if (name.startsWith('GLUSTERD1_MGMT CLI_') && !PROCEDURES.has(name)) return command(procedure);
  return (
    PROCEDURES.get(name) ??
    RULES.get(`${program} ${version}`) ??
    RULES.get(program) ??
    (program === 'CLI' ? command(procedure) : Nothing)
  );
}
