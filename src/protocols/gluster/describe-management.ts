/** Everything but file operations: by program and procedure, or by program where all of its procedures are alike. */
import { plain } from '../../records/words.js';
import type { Fields } from '../rpc/describe.js';
import type { Names } from '../rpc/xdr.js';
import { type Answer, FOP, type Row } from './describe-fop.js';
import { entryLock, lease, lock } from './describe-locks.js';
import { file, type Part, told, volumeOf } from './describe-parts.js';
import { entry, integer, put, text } from './describe-values.js';
import { upcallFlags } from './names.js';
import { brickOp, glusterdOp, glusterdOpV1 } from './names-glusterd.js';
import { volumeOfKey } from './volume.js';

const row = (...asks: readonly Part[]): Row => ({ asks });
const answered = (answers: Answer, ...asks: readonly Part[]): Row => ({ asks, answers });

const volume = volumeOf('dict');
/** The host of another glusterd. The command has it in its dictionary since GlusterFS 3.5. */
const hostname: Part = (request, out) => {
  const host = text(request.hostname) ?? entry(request.dict, 'hostname');
  put(out, 'peer', host);
  return host === undefined ? '' : plain(host);
};
/** What the command is about, or else what somebody typed. */
const typed: Part = (request, out, place) => {
  const about = [hostname(request, out, place), volume(request, out, place)]
    .filter((words) => words !== '')
    .join(' ');
  return about === '' && typeof out.command === 'string' ? `"${plain(out.command)}"` : about;
};

/** The brick and the volume; the operation is the procedure once more. */
const ofBrick: Part = (request, out, place) => {
  operation(brickOp)(request, out, place);
  const path = text(request.name) ?? entry(request.input, 'brick-name');
  put(out, 'brick', path);
  volumeOf('input')(request, out, place);
  return path === undefined ? '' : plain(path);
};

const brick = told('brick', 'brick');
const port = told('port', 'port', 'port ');

/** What a transaction is about; 0 is nothing, in phases that have no need to say it. */
const operation =
  (names: Names): Part =>
  (request, out) => {
    const name = request.op === 0 || typeof request.op !== 'number' ? undefined : names.of(request.op);
    if (typeof name !== 'string') return '';
    out.operation = name;
    return name;
  };

/** Which glusterd asks, and the transaction that its requests are of. */
const originator: Part = (request, out) => {
  put(out, 'peer_uuid', text(request.uuid));
  put(out, 'transaction', text(request.txn_id));
  return '';
};

/** The key of a volfile, and the volume where the key tells it. */
const volfile: Part = (request, out) => {
  const key = text(request.key);
  put(out, 'volfile', key);
  if (key !== undefined) put(out, 'volume', volumeOfKey(key));
  return key === undefined ? '' : plain(key);
};

const brickPort: Answer = (response, out) => {
  const number = integer(response.port);
  put(out, 'port', number);
  return number === undefined ? undefined : String(number);
};

const brickOfPort: Answer = (response, out) => {
  const path = text(response.brick);
  put(out, 'brick', path);
  return path === undefined ? undefined : plain(path);
};

const pathOf =
  (field: string): Answer =>
  (response, out) => {
    const path = text(response[field]);
    put(out, 'path', path);
    return path === undefined ? undefined : plain(path);
  };

const invalidated: Part = (request, out) => {
  const names = typeof request.flags === 'number' ? upcallFlags.of(request.flags) : undefined;
  if (!Array.isArray(names)) return '';
  out.flags = names;
  return names.join('|');
};

/** GETLIMIT asks for a directory by its gfid, in the dictionary. */
const limited: Part = (request, out, place) => {
  const id = entry(request.dict, 'gfid');
  return id === undefined ? '' : file({ gfid: id } satisfies Fields, out, place);
};

const peers: Part = (request, out, place) => {
  const words = hostname(request, out, place);
  put(out, 'peer_uuid', text(request.uuid));
  return words;
};

/** `dict` and `buf`: different phases call it so, and no struct has both. */
const glusterd = (names: Names): Row => row(operation(names), volume, volumeOf('buf'), originator);

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
    'GLUSTER_AGGREGATOR LOOKUP': FOP.get('LOOKUP') ?? row(file),
    'GLUSTER_AGGREGATOR GETLIMIT': row(limited),
    // Its dictionary can hold all that the transaction has gathered: not read for a summary.
    'GD_MGMT UNLOCK': row(operation(glusterdOp), originator),
    'CLI GETWD': answered(pathOf('wd')),
    'CLI MOUNT': answered(pathOf('path')),
    'CLI UMOUNT': row(told('path', 'path')),
    'CLI FSM_LOG': row(told('name', 'peer')),
    'CLI RENAME_VOLUME': row(volume, told('new_volname', 'new_volume', 'to ')),
    'GLUSTERD1_MGMT CLI_RENAME_VOLUME': row(volume, told('new_volname', 'new_volume', 'to ')),
    'GLUSTERD1_MGMT STAGE_OP': glusterd(glusterdOpV1),
    'GLUSTERD1_MGMT COMMIT_OP': glusterd(glusterdOpV1),
    'GLUSTERD1_MGMT BRICK_OP': row(ofBrick),
  }),
);

/** What all other procedures of a program have in common. */
const RULES: ReadonlyMap<string, Row> = new Map(
  Object.entries({
    GLUSTER_HNDSK: row(volume),
    GLUSTER_DUMP: row(),
    GLUSTER_PMAP: row(brick, port),
    GLUSTER_CBK: row(file),
    'GD_MGMT 1': row(peers, operation(glusterdOpV1), volumeOf('buf')),
    GD_MGMT: glusterd(glusterdOp),
    GD_FRIEND: row(peers),
    GLUSTERD1_MGMT: row(peers, volume),
    GD_BRICK: row(ofBrick),
    CLI: row(typed),
  }),
);

const Nothing = row();

/** How to describe a procedure of this name. */
export function managementRow(program: string, version: number, procedure: string): Row {
  return (
    PROCEDURES.get(`${program} ${procedure}`) ??
    RULES.get(`${program} ${version}`) ??
    RULES.get(program) ??
    Nothing
  );
}
