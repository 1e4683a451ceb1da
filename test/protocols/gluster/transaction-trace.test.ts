import assert from 'node:assert/strict';
import test from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';

const Mgmt = 1238433;

const asker = '5f20685e-0611-48bc-a8e8-5c88d22a5853';
const other = '822f866f-ad77-4641-9c28-8a2ad0649f5b';
const answerer = '6358a417-688b-4550-a2aa-d47dca027565';
const id = '2d74bd13-c171-4a2c-9f6c-a878f55139bb';
const none = '00000000-0000-0000-0000-000000000000';
const ok = { op_ret: 0, op_errno: 0 };
const failed = { op_ret: -1, op_errno: 30800 };

/** A dictionary of the old form, as the reader gives it. */
const dictOf = (entries: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(Object.entries(entries).map(([key, text]) => [key, { hex: '00', text }]));
const uuidOf = (uuid: string) => ({ hex: uuid.replaceAll('-', ''), uuid });

const set = { volname: 'rep', key1: 'a.b', value1: 'on', key2: 'c.d', value2: 'x y', count: '4' };
const typed = 'volume set rep a.b on c.d x y';

type Part = 'call' | 'reply' | 'both';

/** A decoder's memory, and its connections to glusterds by the last byte of their addresses. */
function decoder() {
  const shared = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const describers = new Map<string, ReturnType<typeof newDescriber>>();
  const to = (node: number, from = 1) => {
    const key = `${node} ${from}`;
    const server = [0, 0, 0, 0x0a000000 + node] as const;
    const connection = { serverPort: 24007, clientPort: 49151 - from, ...ADDRESSES, server, fromStart: true };
    const describer = describers.get(key) ?? newDescriber(connection, shared);
    describers.set(key, describer);
    return describer;
  };
  const tell = (
    version: number,
    name: string,
    request: Fields | undefined,
    response?: Fields,
    { node = 2, from = 1, part = 'both' as Part, number = Mgmt, whole = true } = {},
  ): Description => {
    const program = findProgram(number, version);
    const rows = program?.procedures.flatMap((row) => (row?.alternative ? [row, row.alternative] : [row]));
    const procedure = rows?.find((row) => row?.name === name);
    assert.ok(program !== undefined && procedure !== undefined, name);
    const exchange = { program, procedure, request, response, whole, refused: false, epoch: 0 };
    return to(node, from).describe(exchange, part);
  };
  return { tell, to, shared };
}

const sentence = ({ subject, result }: Description) => `${subject} -> ${result}`;

test('a transaction with an id: UNLOCK has what the others said, and what came of them', () => {
  const { tell } = decoder();
  const dict: Fields = { ...dictOf({ ...set, 'cmd-str': typed }), transaction_id: uuidOf(id) };
  const lock = tell(3, 'LOCK', { uuid: asker, txn_id: id, op: 11, dict }, { uuid: answerer, ...ok });
  const fields = {
    operation: 'GD_OP_SET_VOLUME',
    volume: 'rep',
    command: typed,
    keys: ['a.b=on', 'c.d=x y'],
    transaction: id,
    peer_uuid: asker,
    responder_uuid: answerer,
    op_ret: 0,
    op_errno: 0,
  };
  assert.deepEqual(lock.fields, fields);
  assert.equal(sentence(lock), `LOCK "${typed}" (txn 2d74bd13) -> ok`);
  tell(2, 'STAGE_OP', { uuid: asker, op: 11, buf: dict }, { uuid: answerer, ...ok });
  const why = 'Commit failed on localhost. Please check\nthe log file for details.';
  const commit = tell(
    2,
    'COMMIT_OP',
    { uuid: asker, op: 11, buf: dict },
    { uuid: answerer, ...failed, op_errstr: why },
  );
  assert.equal(commit.fields.op_errstr, why);
  assert.equal(commit.outcome, 'failure');
  assert.equal(
    sentence(commit),
    `COMMIT_OP "${typed}" (txn 2d74bd13) -> EG_INTRNL: Commit failed on localhost. Please check the log file for details.`,
  );
  // Another connection of the same decoder; its dictionary was not seen, and the operation is not in the struct.
  const unlock = tell(
    3,
    'UNLOCK',
    { uuid: asker, txn_id: id, op: 0 },
    { uuid: answerer, ...ok },
    { from: 2 },
  );
  assert.deepEqual(unlock.fields, {
    ...fields,
    steps: ['LOCK success', 'STAGE_OP success', 'COMMIT_OP failure'],
  });
  assert.equal(sentence(unlock), `UNLOCK "${typed}" (txn 2d74bd13) after STAGE_OP, COMMIT_OP failed -> ok`);
  const again = tell(3, 'UNLOCK', { uuid: asker, txn_id: id, op: 0 }, ok);
  assert.equal(again.fields.volume, undefined, 'it is forgotten');
});

test('the phases of GlusterFS 3.6 and later that have no id', () => {
  const { tell } = decoder();
  const phase = (name: string, volume: string, request: Fields = {}) =>
    tell(
      3,
      name,
      {
        uuid: asker,
        op: 5,
        dict: dictOf({ volname: volume, 'cmd-str': `volume start ${volume}` }),
        ...request,
      },
      ok,
    );
  phase('LOCK', 'rep', { txn_id: none });
  assert.equal(sentence(phase('PRE_VALIDATE', 'rep')), 'PRE_VALIDATE "volume start rep" -> ok');
  // Another volume at the same time.
  phase('LOCK', 'dist', { txn_id: none });
  phase('COMMIT', 'rep');
  const cut = { uuid: asker, txn_id: none, op: 5 };
  const unlocked = phase('UNLOCK', 'rep', { txn_id: none });
  assert.deepEqual(unlocked.fields.steps, ['LOCK success', 'PRE_VALIDATE success', 'COMMIT success']);
  assert.equal(unlocked.fields.transaction, undefined);
  // Its dictionary was cut: it could be any that there is, or one whose lock was not seen.
  assert.equal(tell(3, 'UNLOCK', cut, ok).subject, 'UNLOCK volume start');
});

test('the lock of the whole cluster tells who wants it, and its end what it was for', () => {
  for (const version of [1, 2]) {
    const { tell } = decoder();
    const lock = tell(version, 'CLUSTER_LOCK', { uuid: asker }, { uuid: answerer, ...ok });
    assert.equal(sentence(lock), 'CLUSTER_LOCK by 5f20685e -> ok');
    assert.equal(lock.fields.operation, undefined);
    const op = version === 1 ? 12 : 11;
    const stage = tell(version, 'STAGE_OP', { uuid: asker, op, buf: dictOf(set) }, ok);
    assert.equal(sentence(stage), 'STAGE_OP volume set rep a.b=on c.d=x y -> ok');
    const refused = tell(version, 'CLUSTER_LOCK', { uuid: other }, { uuid: answerer, ...failed });
    assert.equal(refused.outcome, 'failure');
    const unlock = tell(version, 'CLUSTER_UNLOCK', { uuid: asker }, ok);
    assert.equal(unlock.fields.operation, 'GD_OP_SET_VOLUME');
    assert.equal(unlock.fields.volume, 'rep');
    assert.deepEqual(unlock.fields.keys, ['a.b=on', 'c.d=x y']);
    assert.equal(unlock.subject, 'CLUSTER_UNLOCK volume set rep a.b=on c.d=x y after STAGE_OP');
    assert.equal(tell(version, 'CLUSTER_UNLOCK', { uuid: asker }, ok).fields.volume, undefined);
  }
});

test('a newer glusterd among older ones: their lock, and phases with an id', () => {
  const { tell } = decoder();
  tell(2, 'CLUSTER_LOCK', { uuid: asker }, ok);
  const buf = { ...dictOf({ volname: 'rep' }), transaction_id: uuidOf(id) };
  tell(2, 'STAGE_OP', { uuid: asker, op: 6, buf }, ok);
  const unlock = tell(2, 'CLUSTER_UNLOCK', { uuid: asker }, ok);
  assert.equal(unlock.subject, 'CLUSTER_UNLOCK volume stop rep (txn 2d74bd13) after STAGE_OP');
  assert.equal(unlock.fields.transaction, id);
});

test('calls and replies in lines of their own', () => {
  const { tell } = decoder();
  const dict = dictOf({ volname: 'rep' });
  const lock = { uuid: asker, txn_id: id, op: 6, dict };
  assert.equal(
    tell(3, 'LOCK', lock, undefined, { part: 'call' }).subject,
    'LOCK volume stop rep (txn 2d74bd13)',
  );
  tell(3, 'LOCK', lock, ok, { part: 'reply' });
  const unlock = { uuid: asker, txn_id: id, op: 0 };
  const call = tell(3, 'UNLOCK', unlock, undefined, { part: 'call' });
  assert.deepEqual(call.fields.steps, ['LOCK success']);
  // The call was not whole: its reply tells the id.
  const reply = tell(3, 'UNLOCK', undefined, { txn_id: id, uuid: answerer, ...ok }, { part: 'reply' });
  assert.equal(reply.fields.volume, 'rep');
  assert.equal(reply.fields.operation, 'GD_OP_STOP_VOLUME');
});

test('after a gap nothing is said of what came before; another node is another story', () => {
  const { tell, to } = decoder();
  const begin = (node: number) =>
    tell(3, 'LOCK', { uuid: asker, txn_id: id, op: 6, dict: dictOf({ volname: 'rep' }) }, ok, { node });
  const end = (node: number) => tell(3, 'UNLOCK', { uuid: asker, txn_id: id, op: 0 }, ok, { node });
  begin(2);
  begin(3);
  tell(2, 'STAGE_OP', { uuid: asker, op: 6, buf: { transaction_id: uuidOf(id) } }, failed, { node: 3 });
  to(2).onCallsLost();
  const gapped = end(2);
  assert.equal(gapped.fields.steps, undefined);
  assert.equal(gapped.fields.volume, 'rep');
  assert.deepEqual(end(3).fields.steps, ['LOCK success', 'STAGE_OP failure']);
});

test('after a gap a lock without an id is forgotten: the next may be of another', () => {
  const { tell, to } = decoder();
  tell(2, 'CLUSTER_LOCK', { uuid: asker }, ok);
  tell(2, 'STAGE_OP', { uuid: asker, op: 11, buf: dictOf(set) }, ok);
  to(2).onRepliesLost();
  assert.equal(tell(2, 'CLUSTER_UNLOCK', { uuid: asker }, ok).subject, 'CLUSTER_UNLOCK by 5f20685e');
  // Its unlock went by where nothing told of a gap.
  tell(2, 'STAGE_OP', { uuid: asker, op: 11, buf: dictOf(set) }, ok);
  const stopped = tell(2, 'STAGE_OP', { uuid: asker, op: 6, buf: dictOf({ volname: 'rep' }) }, ok);
  assert.equal(stopped.fields.keys, undefined);
});

test('after a message whose dictionary was cut, nothing is said of what came before', () => {
  const { tell } = decoder();
  const dict = dictOf({ volname: 'rep', 'cmd-str': 'volume stop rep' });
  tell(3, 'LOCK', { uuid: asker, txn_id: id, op: 6, dict }, ok);
  tell(2, 'STAGE_OP', { uuid: asker, op: 6 }, ok, { whole: false });
  const named = tell(3, 'UNLOCK', { uuid: asker, txn_id: id, op: 0 }, ok);
  assert.equal(named.subject, 'UNLOCK "volume stop rep" (txn 2d74bd13)');
  tell(3, 'LOCK', { uuid: asker, txn_id: none, op: 6, dict }, ok);
  tell(3, 'COMMIT', { uuid: asker, op: 6 }, ok, { whole: false });
  const unnamed = tell(3, 'UNLOCK', { uuid: asker, txn_id: none, op: 6, dict }, ok);
  assert.equal(unnamed.subject, 'UNLOCK "volume stop rep"');
});

test('so many transactions are remembered, the oldest is forgotten', () => {
  const { tell } = decoder();
  const numbered = (n: number) => `2d74bd13-c171-4a2c-9f6c-${n.toString(16).padStart(12, '0')}`;
  const dict = dictOf({ volname: 'rep' });
  for (let n = 0; n <= 1024; n++) tell(3, 'LOCK', { uuid: asker, txn_id: numbered(n), op: 6, dict }, ok);
  const end = (n: number) => tell(3, 'UNLOCK', { uuid: asker, txn_id: numbered(n), op: 0 }, ok).fields.volume;
  assert.equal(end(0), undefined);
  assert.equal(end(1), 'rep');
  assert.equal(end(1024), 'rep');
});

const Cli = 1238463;

test('a command: operation, keys, and the transaction that its answer tells of', () => {
  const { tell } = decoder();
  const cli = (name: string, entries: Readonly<Record<string, string>>, response: Fields) =>
    tell(2, name, { dict: dictOf(entries) }, response, { number: Cli });
  const dict = {
    ...dictOf({ 'sync-mgmt-operation': '11' }),
    transaction_id: uuidOf(id),
    originator_uuid: uuidOf(asker),
  };
  const done = cli(
    'SET_VOLUME',
    { ...set, 'cmd-str': typed },
    { ...failed, op_errstr: 'no such\noption', dict },
  );
  assert.deepEqual(done.fields, {
    operation: 'GD_OP_SET_VOLUME',
    volume: 'rep',
    command: typed,
    keys: ['a.b=on', 'c.d=x y'],
    transaction: id,
    peer_uuid: asker,
    op_ret: -1,
    op_errno: 30800,
    error: 'EG_INTRNL',
    op_errstr: 'no such\noption',
  });
  assert.equal(sentence(done), `SET_VOLUME "${typed}" (txn 2d74bd13) -> EG_INTRNL: no such option`);
  const word = cli('RESET_VOLUME', { volname: 'rep', key: 'all' }, { ...ok, op_errstr: 'All were reset.' });
  assert.equal(sentence(word), 'RESET_VOLUME rep all -> ok: All were reset.');
  assert.equal(word.fields.op_errstr, 'All were reset.');
  // `volume heal enable` sets an option, and says so only in its answer or by its number.
  assert.equal(
    cli('HEAL_VOLUME', { volname: 'r', 'heal-op': '12' }, ok).fields.operation,
    'GD_OP_SET_VOLUME',
  );
  assert.equal(
    cli('HEAL_VOLUME', { volname: 'r', 'heal-op': '1' }, ok).fields.operation,
    'GD_OP_HEAL_VOLUME',
  );
  for (const volname of ['all', 'help'])
    assert.equal(cli('SET_VOLUME', { volname }, ok).fields.volume, undefined);
  const snapshot = cli('SNAP', { type: '1', volcount: '1', volname1: 'rep', snapname: 's1' }, ok);
  assert.equal(snapshot.subject, 'SNAP rep s1');
  assert.equal(snapshot.fields.snapshot, 's1');
  assert.equal(cli('SNAP', { volcount: '2', volname1: 'rep' }, ok).fields.volume, undefined);
});

test('a brick is asked for a transaction', () => {
  const { tell } = decoder();
  const input = {
    ...dictOf({ volname: 'b', 'cmd-str': 'volume status b mem', 'brick-name': '/b' }),
    transaction_id: uuidOf(id),
  };
  const asked = tell(2, 'BRICK_STATUS', { name: '', op: 4, input }, ok, { number: 4867634 });
  assert.equal(sentence(asked), 'BRICK_STATUS /b for "volume status b mem" (txn 2d74bd13) -> ok');
  assert.equal(asked.fields.operation, 'GLUSTERD_BRICK_STATUS');
  assert.equal(asked.fields.transaction, id);
  assert.equal(asked.fields.volume, 'b');
});
