import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';

const MGMT = 1238433;

const ASKER = '5f20685e-0611-48bc-a8e8-5c88d22a5853';
const OTHER_ASKER = '822f866f-ad77-4641-9c28-8a2ad0649f5b';
const RESPONDER = '6358a417-688b-4550-a2aa-d47dca027565';
const TXN_ID = '2d74bd13-c171-4a2c-9f6c-a878f55139bb';
const NO_ID = '00000000-0000-0000-0000-000000000000';
const ok = { op_ret: 0, op_errno: 0 };
const failed = { op_ret: -1, op_errno: 30800 };

/** A dictionary of the old form, as decoded. */
const dictOf = (entries: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(Object.entries(entries).map(([key, text]) => [key, { hex: '00', text }]));
const uuidOf = (uuid: string) => ({ hex: uuid.replaceAll('-', ''), uuid });

const SETTINGS = { volname: 'rep', key1: 'a.b', value1: 'on', key2: 'c.d', value2: 'x y', count: '4' };
const COMMAND = 'volume set rep a.b on c.d x y';

type Part = 'call' | 'reply' | 'both';

/** The context of a decoder, and its connections to glusterds by the last byte of their addresses. */
function newDecoder() {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const describers = new Map<string, ReturnType<typeof newDescriber>>();
  const describerTo = (node: number, from = 1) => {
    const key = `${node} ${from}`;
    const server = [0, 0, 0, 0x0a000000 + node] as const;
    const connection = { serverPort: 24007, clientPort: 49151 - from, ...ADDRESSES, server, fromStart: true };
    const describer = describers.get(key) ?? newDescriber(connection, context);
    describers.set(key, describer);
    return describer;
  };
  const describe = (
    version: number,
    name: string,
    request: Fields | undefined,
    response?: Fields,
    { node = 2, from = 1, part = 'both' as Part, number = MGMT, whole = true } = {},
  ): Description => {
    const program = findProgram(number, version);
    const rows = program?.procedures.flatMap((row) => (row?.alternative ? [row, row.alternative] : [row]));
    const procedure = rows?.find((row) => row?.name === name);
    assert.ok(program !== undefined && procedure !== undefined, name);
    const exchange = { program, procedure, request, response, whole, refused: false, epoch: 0 };
    return describerTo(node, from).describe(exchange, part);
  };
  return { describe, describerTo };
}

const sentence = ({ subject, result }: Description) => `${subject} -> ${result}`;

test('UNLOCK of a transaction with an id has its fields and the outcome of each step', () => {
  const { describe } = newDecoder();
  const dict: Fields = { ...dictOf({ ...SETTINGS, 'cmd-str': COMMAND }), transaction_id: uuidOf(TXN_ID) };
  const lock = describe(3, 'LOCK', { uuid: ASKER, txn_id: TXN_ID, op: 11, dict }, { uuid: RESPONDER, ...ok });
  const fields = {
    operation: 'GD_OP_SET_VOLUME',
    volume: 'rep',
    command: COMMAND,
    keys: ['a.b=on', 'c.d=x y'],
    transaction: TXN_ID,
    peer_uuid: ASKER,
    responder_uuid: RESPONDER,
    op_ret: 0,
    op_errno: 0,
  };
  assert.deepEqual(lock.fields, fields);
  assert.equal(sentence(lock), `LOCK "${COMMAND}" (txn 2d74bd13) -> ok`);
  describe(2, 'STAGE_OP', { uuid: ASKER, op: 11, buf: dict }, { uuid: RESPONDER, ...ok });
  const why = 'Commit failed on localhost. Please check\nthe log file for details.';
  const commit = describe(
    2,
    'COMMIT_OP',
    { uuid: ASKER, op: 11, buf: dict },
    { uuid: RESPONDER, ...failed, op_errstr: why },
  );
  assert.equal(commit.fields.op_errstr, why);
  assert.equal(commit.outcome, 'failure');
  assert.equal(
    sentence(commit),
    `COMMIT_OP "${COMMAND}" (txn 2d74bd13) -> EG_INTRNL: Commit failed on localhost. Please check the log file for details.`,
  );
  // On another connection, without its dictionary, which has the operation.
  const unlock = describe(
    3,
    'UNLOCK',
    { uuid: ASKER, txn_id: TXN_ID, op: 0 },
    { uuid: RESPONDER, ...ok },
    { from: 2 },
  );
  assert.deepEqual(unlock.fields, {
    ...fields,
    steps: ['LOCK success', 'STAGE_OP success', 'COMMIT_OP failure'],
  });
  assert.equal(sentence(unlock), `UNLOCK "${COMMAND}" (txn 2d74bd13) after STAGE_OP, COMMIT_OP failed -> ok`);
  const again = describe(3, 'UNLOCK', { uuid: ASKER, txn_id: TXN_ID, op: 0 }, ok);
  assert.equal(again.fields.volume, undefined, 'the transaction is over');
});

test('phases without an id (GlusterFS 3.6 and later) are matched by volume and command', () => {
  const { describe } = newDecoder();
  const phase = (name: string, volume: string, request: Fields = {}) =>
    describe(
      3,
      name,
      {
        uuid: ASKER,
        op: 5,
        dict: dictOf({ volname: volume, 'cmd-str': `volume start ${volume}` }),
        ...request,
      },
      ok,
    );
  phase('LOCK', 'rep', { txn_id: NO_ID });
  assert.equal(sentence(phase('PRE_VALIDATE', 'rep')), 'PRE_VALIDATE "volume start rep" -> ok');
  // Another volume at the same time.
  phase('LOCK', 'dist', { txn_id: NO_ID });
  phase('COMMIT', 'rep');
  const cut = { uuid: ASKER, txn_id: NO_ID, op: 5 };
  const unlocked = phase('UNLOCK', 'rep', { txn_id: NO_ID });
  assert.deepEqual(unlocked.fields.steps, ['LOCK success', 'PRE_VALIDATE success', 'COMMIT success']);
  assert.equal(unlocked.fields.transaction, undefined);
  // With a truncated dictionary the step may belong to any transaction, or to one whose lock was lost.
  assert.equal(describe(3, 'UNLOCK', cut, ok).subject, 'UNLOCK volume start');
});

test('CLUSTER_LOCK names the requesting glusterd, and CLUSTER_UNLOCK the operation', () => {
  for (const version of [1, 2]) {
    const { describe } = newDecoder();
    const lock = describe(version, 'CLUSTER_LOCK', { uuid: ASKER }, { uuid: RESPONDER, ...ok });
    assert.equal(sentence(lock), 'CLUSTER_LOCK by 5f20685e -> ok');
    assert.equal(lock.fields.operation, undefined);
    const op = version === 1 ? 12 : 11;
    const stage = describe(version, 'STAGE_OP', { uuid: ASKER, op, buf: dictOf(SETTINGS) }, ok);
    assert.equal(sentence(stage), 'STAGE_OP volume set rep a.b=on c.d=x y -> ok');
    const refused = describe(version, 'CLUSTER_LOCK', { uuid: OTHER_ASKER }, { uuid: RESPONDER, ...failed });
    assert.equal(refused.outcome, 'failure');
    const unlock = describe(version, 'CLUSTER_UNLOCK', { uuid: ASKER }, ok);
    assert.equal(unlock.fields.operation, 'GD_OP_SET_VOLUME');
    assert.equal(unlock.fields.volume, 'rep');
    assert.deepEqual(unlock.fields.keys, ['a.b=on', 'c.d=x y']);
    assert.equal(unlock.subject, 'CLUSTER_UNLOCK volume set rep a.b=on c.d=x y after STAGE_OP');
    assert.equal(describe(version, 'CLUSTER_UNLOCK', { uuid: ASKER }, ok).fields.volume, undefined);
  }
});

test('a newer glusterd among older ones combines the cluster lock with phases with an id', () => {
  const { describe } = newDecoder();
  describe(2, 'CLUSTER_LOCK', { uuid: ASKER }, ok);
  const buf = { ...dictOf({ volname: 'rep' }), transaction_id: uuidOf(TXN_ID) };
  describe(2, 'STAGE_OP', { uuid: ASKER, op: 6, buf }, ok);
  const unlock = describe(2, 'CLUSTER_UNLOCK', { uuid: ASKER }, ok);
  assert.equal(unlock.subject, 'CLUSTER_UNLOCK volume stop rep (txn 2d74bd13) after STAGE_OP');
  assert.equal(unlock.fields.transaction, TXN_ID);
});

test('calls and replies in lines of their own share the fields of the transaction', () => {
  const { describe } = newDecoder();
  const dict = dictOf({ volname: 'rep' });
  const lock = { uuid: ASKER, txn_id: TXN_ID, op: 6, dict };
  assert.equal(
    describe(3, 'LOCK', lock, undefined, { part: 'call' }).subject,
    'LOCK volume stop rep (txn 2d74bd13)',
  );
  describe(3, 'LOCK', lock, ok, { part: 'reply' });
  const unlock = { uuid: ASKER, txn_id: TXN_ID, op: 0 };
  const call = describe(3, 'UNLOCK', unlock, undefined, { part: 'call' });
  assert.deepEqual(call.fields.steps, ['LOCK success']);
  // The call was truncated: the reply has the id.
  const reply = describe(
    3,
    'UNLOCK',
    undefined,
    { txn_id: TXN_ID, uuid: RESPONDER, ...ok },
    { part: 'reply' },
  );
  assert.equal(reply.fields.volume, 'rep');
  assert.equal(reply.fields.operation, 'GD_OP_STOP_VOLUME');
});

test('after a gap UNLOCK lists no steps; transactions at other nodes are unaffected', () => {
  const { describe, describerTo } = newDecoder();
  const begin = (node: number) =>
    describe(3, 'LOCK', { uuid: ASKER, txn_id: TXN_ID, op: 6, dict: dictOf({ volname: 'rep' }) }, ok, {
      node,
    });
  const end = (node: number) => describe(3, 'UNLOCK', { uuid: ASKER, txn_id: TXN_ID, op: 0 }, ok, { node });
  begin(2);
  begin(3);
  describe(2, 'STAGE_OP', { uuid: ASKER, op: 6, buf: { transaction_id: uuidOf(TXN_ID) } }, failed, {
    node: 3,
  });
  describerTo(2).onCallsLost();
  const gapped = end(2);
  assert.equal(gapped.fields.steps, undefined);
  assert.equal(gapped.fields.volume, 'rep');
  assert.deepEqual(end(3).fields.steps, ['LOCK success', 'STAGE_OP failure']);
});

test('after a gap a cluster lock is dropped: the next step may be of another transaction', () => {
  const { describe, describerTo } = newDecoder();
  describe(2, 'CLUSTER_LOCK', { uuid: ASKER }, ok);
  describe(2, 'STAGE_OP', { uuid: ASKER, op: 11, buf: dictOf(SETTINGS) }, ok);
  describerTo(2).onRepliesLost();
  assert.equal(describe(2, 'CLUSTER_UNLOCK', { uuid: ASKER }, ok).subject, 'CLUSTER_UNLOCK by 5f20685e');
  // Its unlock was lost without a gap.
  describe(2, 'STAGE_OP', { uuid: ASKER, op: 11, buf: dictOf(SETTINGS) }, ok);
  const stopped = describe(2, 'STAGE_OP', { uuid: ASKER, op: 6, buf: dictOf({ volname: 'rep' }) }, ok);
  assert.equal(stopped.fields.keys, undefined);
});

test('after a message with a truncated dictionary UNLOCK lists no steps', () => {
  const { describe } = newDecoder();
  const dict = dictOf({ volname: 'rep', 'cmd-str': 'volume stop rep' });
  describe(3, 'LOCK', { uuid: ASKER, txn_id: TXN_ID, op: 6, dict }, ok);
  describe(2, 'STAGE_OP', { uuid: ASKER, op: 6 }, ok, { whole: false });
  const withId = describe(3, 'UNLOCK', { uuid: ASKER, txn_id: TXN_ID, op: 0 }, ok);
  assert.equal(withId.subject, 'UNLOCK "volume stop rep" (txn 2d74bd13)');
  describe(3, 'LOCK', { uuid: ASKER, txn_id: NO_ID, op: 6, dict }, ok);
  describe(3, 'COMMIT', { uuid: ASKER, op: 6 }, ok, { whole: false });
  const withoutId = describe(3, 'UNLOCK', { uuid: ASKER, txn_id: NO_ID, op: 6, dict }, ok);
  assert.equal(withoutId.subject, 'UNLOCK "volume stop rep"');
});

test('beyond the limit of transactions the oldest is evicted', () => {
  const { describe } = newDecoder();
  const numbered = (n: number) => `2d74bd13-c171-4a2c-9f6c-${n.toString(16).padStart(12, '0')}`;
  const dict = dictOf({ volname: 'rep' });
  for (let n = 0; n <= 1024; n++) describe(3, 'LOCK', { uuid: ASKER, txn_id: numbered(n), op: 6, dict }, ok);
  const end = (n: number) =>
    describe(3, 'UNLOCK', { uuid: ASKER, txn_id: numbered(n), op: 0 }, ok).fields.volume;
  assert.equal(end(0), undefined);
  assert.equal(end(1), 'rep');
  assert.equal(end(1024), 'rep');
});

const CLI = 1238463;

test('a command has its operation, its settings, and the transaction that its reply names', () => {
  const { describe } = newDecoder();
  const cli = (name: string, entries: Readonly<Record<string, string>>, response: Fields) =>
    describe(2, name, { dict: dictOf(entries) }, response, { number: CLI });
  const dict = {
    ...dictOf({ 'sync-mgmt-operation': '11' }),
    transaction_id: uuidOf(TXN_ID),
    originator_uuid: uuidOf(ASKER),
  };
  const done = cli(
    'SET_VOLUME',
    { ...SETTINGS, 'cmd-str': COMMAND },
    { ...failed, op_errstr: 'no such\noption', dict },
  );
  assert.deepEqual(done.fields, {
    operation: 'GD_OP_SET_VOLUME',
    volume: 'rep',
    command: COMMAND,
    keys: ['a.b=on', 'c.d=x y'],
    transaction: TXN_ID,
    peer_uuid: ASKER,
    op_ret: -1,
    op_errno: 30800,
    error: 'EG_INTRNL',
    op_errstr: 'no such\noption',
  });
  assert.equal(sentence(done), `SET_VOLUME "${COMMAND}" (txn 2d74bd13) -> EG_INTRNL: no such option`);
  const word = cli('RESET_VOLUME', { volname: 'rep', key: 'all' }, { ...ok, op_errstr: 'All were reset.' });
  assert.equal(sentence(word), 'RESET_VOLUME rep all -> ok: All were reset.');
  assert.equal(word.fields.op_errstr, 'All were reset.');
  // `volume heal enable` sets an option: only the reply or heal-op shows it.
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

test('a call to a brick names its transaction', () => {
  const { describe } = newDecoder();
  const input = {
    ...dictOf({ volname: 'b', 'cmd-str': 'volume status b mem', 'brick-name': '/b' }),
    transaction_id: uuidOf(TXN_ID),
  };
  const status = describe(2, 'BRICK_STATUS', { name: '', op: 4, input }, ok, { number: 4867634 });
  assert.equal(sentence(status), 'BRICK_STATUS /b for "volume status b mem" (txn 2d74bd13) -> ok');
  assert.equal(status.fields.operation, 'GLUSTERD_BRICK_STATUS');
  assert.equal(status.fields.transaction, TXN_ID);
  assert.equal(status.fields.volume, 'b');
});
