import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';

const CONNECTION = { serverPort: 24007, clientPort: 49151, ...ADDRESSES, fromStart: true };

const FRIEND = 1238437;
const CLI = 1238463;
const HANDSHAKE = 1239873;

const NODE1 = '39d3031a-a21b-4674-926d-abf714fe336d';
const NODE2 = '7e22753a-344c-4e6b-9e1f-b16d65733a98';
const ok = { op_ret: 0, op_errno: 0 };

function newGlusterd() {
  const describer = newDescriber(CONNECTION, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  return (number: number, name: string, request: Fields, response?: Fields): Description => {
    const program = findProgram(number, number === HANDSHAKE ? 1 : 2);
    const procedure = program?.procedures.find((row) => row?.name === name);
    assert.ok(program !== undefined && procedure !== undefined, name);
    const exchange = { program, procedure, request, response, whole: true, refused: false, epoch: 0 };
    return describer.describe(exchange, 'both');
  };
}

const sentence = ({ subject, result }: Description) => `${subject} -> ${result}`;

test('a probe shows its sender, the uuid of the responder, and the reason of a failure', () => {
  const describe = newGlusterd();
  const probe = (response: Fields) =>
    describe(FRIEND, 'PROBE_QUERY', { uuid: NODE1, hostname: 'node2', port: 24007 }, response);
  const found = probe({ uuid: NODE2, hostname: 'node2', port: 0, ...ok, op_errstr: '' });
  assert.equal(sentence(found), 'PROBE_QUERY node2 by 39d3031a -> ok, uuid 7e22753a');
  assert.deepEqual(found.fields, {
    peer: 'node2',
    peer_uuid: NODE1,
    responder_uuid: NODE2,
    responder_name: 'node2',
    ...ok,
  });
  const refused = probe({ op_ret: -1, op_errno: 3, uuid: NODE2 });
  assert.equal(refused.fields.error, 'GF_PROBE_ANOTHER_CLUSTER');
  assert.equal(refused.result, 'GF_PROBE_ANOTHER_CLUSTER: the host is in another cluster or has volumes');
  assert.equal(refused.fields.op_errstr, undefined);
  assert.equal(
    probe({ op_ret: -1, op_errno: 3, op_errstr: 'because' }).result,
    'GF_PROBE_ANOTHER_CLUSTER: because',
  );
  const detach = describe(CLI, 'DEPROBE', { dict: { hostname: 'node9' } }, { op_ret: -1, op_errno: 2 });
  assert.equal(sentence(detach), 'DEPROBE node9 -> GF_DEPROBE_NOT_FRIEND: not a peer');
  const again = describe(
    CLI,
    'PROBE',
    { dict: { hostname: 'node2', 'cmd-str': 'peer probe node2' } },
    {
      op_ret: 0,
      op_errno: 2,
      op_errstr: 'Host node2 port 24007 already in peer list',
    },
  );
  assert.equal(sentence(again), 'PROBE node2 -> ok: Host node2 port 24007 already in peer list');
  assert.equal(again.fields.command, 'peer probe node2');
});

test('friend messages show the volumes and the peers of the sender', () => {
  const describe = newGlusterd();
  const vols = { count: '2', 'volume1.name': 'rep', 'volume2.name': 'dist' };
  const added = describe(
    FRIEND,
    'FRIEND_ADD',
    { uuid: NODE1, hostname: 'node2', vols },
    { uuid: NODE2, ...ok },
  );
  assert.equal(
    sentence(added),
    'FRIEND_ADD node2 by 39d3031a, which has 2 volumes: rep, dist -> ok, uuid 7e22753a',
  );
  assert.deepEqual(added.fields.volumes, ['rep', 'dist']);
  const friends = {
    op: '1',
    count: '2',
    'friend1.hostname': 'node1',
    'friend1.uuid': NODE1,
    'friend2.hostname': 'node3',
  };
  const updated = describe(FRIEND, 'FRIEND_UPDATE', { uuid: NODE2, friends }, { uuid: NODE1, ...ok });
  assert.equal(sentence(updated), 'FRIEND_UPDATE by node2, which has 2 peers: node1, node3 -> ok');
  assert.deepEqual(updated.fields.peers, [{ hostname: 'node1', uuid: NODE1 }, { hostname: 'node3' }]);
  assert.equal(updated.fields.peer_name, 'node2');
  assert.equal(updated.fields.responder_name, 'node1');
  const update = describe(
    FRIEND,
    'FRIEND_UPDATE',
    { uuid: NODE2, friends: { op: '2', count: '0', hostname: 'node3' } },
    ok,
  );
  assert.equal(sentence(update), 'FRIEND_UPDATE by node2, which removed the peer node3 -> ok');
  assert.equal(update.fields.peer, 'node3');
  const removed = describe(FRIEND, 'FRIEND_REMOVE', { uuid: NODE1, hostname: 'node3' }, ok);
  assert.equal(sentence(removed), 'FRIEND_REMOVE node3 by node1 -> ok');
});

test('replies show the states of peers and how they changed', () => {
  const describe = newGlusterd();
  const friends = {
    count: '2',
    'friend1.hostname': 'node2',
    'friend1.uuid': NODE2,
    'friend1.state': 'Peer Rejected',
    'friend1.connected': '0',
    'friend2.hostname': 'localhost',
    'friend2.uuid': NODE1,
    'friend2.connected': '1',
  };
  const list = describe(CLI, 'LIST_FRIENDS', { flags: 2 }, { ...ok, friends });
  assert.equal(
    sentence(list),
    'LIST_FRIENDS -> 2 peers: node2 disconnected (Peer Rejected), localhost connected',
  );
  assert.deepEqual(list.fields.peers, [
    { hostname: 'node2', uuid: NODE2, state: 'Peer Rejected', connected: false },
    { hostname: 'localhost', uuid: NODE1, connected: true },
  ]);
  const remove = describe(FRIEND, 'FRIEND_REMOVE', { uuid: NODE1, hostname: 'node3' }, ok);
  assert.equal(remove.subject, 'FRIEND_REMOVE node3 by 39d3031a', 'every node calls itself localhost');
  const fsm_log = {
    count: '1',
    'log0-old-state': 'Probe Sent to Peer',
    'log0-event': 'GD_FRIEND_EVENT_RCVD_ACC',
    'log0-new-state': 'Accepted peer request',
    'log0-time': '2026-01-02 03:04:05',
  };
  const log = describe(CLI, 'FSM_LOG', { name: 'node2' }, { ...ok, fsm_log });
  const change = '2026-01-02 03:04:05 GD_FRIEND_EVENT_RCVD_ACC: Probe Sent to Peer -> Accepted peer request';
  assert.equal(sentence(log), `FSM_LOG node2 -> 1 change, the last at ${change}`);
  assert.deepEqual(log.fields.transitions, [change]);
});

test('the peer handshake shows the operating version', () => {
  const describe = newGlusterd();
  const hndsk = {
    'operating-version': '100000',
    'minimum-operating-version': '1',
    'maximum-operating-version': '110000',
  };
  const versions = describe(
    HANDSHAKE,
    'VERSIONS',
    { hndsk: { 'peer-id': NODE1 } },
    { ...ok, op_errno: 22, hndsk },
  );
  assert.equal(sentence(versions), 'VERSIONS by 39d3031a -> operating version 100000 of 1 to 110000');
  assert.equal(versions.fields.operating_version, 100000);
  assert.equal(versions.fields.peer_uuid, NODE1);
  const agreed = describe(HANDSHAKE, 'VERSIONS_ACK', { hndsk: { 'operating-version': '100000' } }, ok);
  assert.equal(sentence(agreed), 'VERSIONS_ACK operating version 100000 -> ok');
});

test('a long list is truncated, with the number of the other entries', () => {
  const describe = newGlusterd();
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`friend${i + 1}.hostname`, `node${i + 1}`]),
  );
  const updated = describe(
    FRIEND,
    'FRIEND_UPDATE',
    { uuid: NODE1, friends: { op: '1', count: '100', ...many } },
    ok,
  );
  assert.match(updated.subject, /which has 100 peers: node1, .*, node8 and 92 more$/);
  assert.equal(Array.isArray(updated.fields.peers) && updated.fields.peers.length, 32);
  const wrongCount = describe(
    FRIEND,
    'FRIEND_UPDATE',
    { uuid: NODE1, friends: { op: '1', count: '999999999' } },
    ok,
  );
  assert.equal(wrongCount.subject, 'FRIEND_UPDATE by 39d3031a');
});
