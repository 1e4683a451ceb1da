import assert from 'node:assert/strict';
import test from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';

const connection = { serverPort: 24007, clientPort: 49151, ...ADDRESSES, fromStart: true };

const Friend = 1238437;
const Cli = 1238463;
const Handshake = 1239873;

const one = '39d3031a-a21b-4674-926d-abf714fe336d';
const two = '7e22753a-344c-4e6b-9e1f-b16d65733a98';
const ok = { op_ret: 0, op_errno: 0 };

function newTell() {
  const describer = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  return (number: number, name: string, request: Fields, response?: Fields): Description => {
    const program = findProgram(number, number === Handshake ? 1 : 2);
    const procedure = program?.procedures.find((row) => row?.name === name);
    assert.ok(program !== undefined && procedure !== undefined, name);
    const exchange = { program, procedure, request, response, whole: true, refused: false, epoch: 0 };
    return describer.describe(exchange, 'both');
  };
}

const sentence = ({ subject, result }: Description) => `${subject} -> ${result}`;

test('a probe: the sender, the uuid of the responder, and why it fails', () => {
  const tell = newTell();
  const probe = (response: Fields) =>
    tell(Friend, 'PROBE_QUERY', { uuid: one, hostname: 'node2', port: 24007 }, response);
  const found = probe({ uuid: two, hostname: 'node2', port: 0, ...ok, op_errstr: '' });
  assert.equal(sentence(found), 'PROBE_QUERY node2 by 39d3031a -> ok, uuid 7e22753a');
  assert.deepEqual(found.fields, {
    peer: 'node2',
    peer_uuid: one,
    responder_uuid: two,
    responder_name: 'node2',
    ...ok,
  });
  const refused = probe({ op_ret: -1, op_errno: 3, uuid: two });
  assert.equal(refused.fields.error, 'GF_PROBE_ANOTHER_CLUSTER');
  assert.equal(refused.result, 'GF_PROBE_ANOTHER_CLUSTER: the host is in another cluster or has volumes');
  assert.equal(refused.fields.op_errstr, undefined);
  assert.equal(
    probe({ op_ret: -1, op_errno: 3, op_errstr: 'because' }).result,
    'GF_PROBE_ANOTHER_CLUSTER: because',
  );
  const detach = tell(Cli, 'DEPROBE', { dict: { hostname: 'node9' } }, { op_ret: -1, op_errno: 2 });
  assert.equal(sentence(detach), 'DEPROBE node9 -> GF_DEPROBE_NOT_FRIEND: not a peer');
  const again = tell(
    Cli,
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

test('friends: the volumes that a peer brings, and the peers that it has', () => {
  const tell = newTell();
  const vols = { count: '2', 'volume1.name': 'rep', 'volume2.name': 'dist' };
  const added = tell(Friend, 'FRIEND_ADD', { uuid: one, hostname: 'node2', vols }, { uuid: two, ...ok });
  assert.equal(
    sentence(added),
    'FRIEND_ADD node2 by 39d3031a, which has 2 volumes: rep, dist -> ok, uuid 7e22753a',
  );
  assert.deepEqual(added.fields.volumes, ['rep', 'dist']);
  const friends = {
    op: '1',
    count: '2',
    'friend1.hostname': 'node1',
    'friend1.uuid': one,
    'friend2.hostname': 'node3',
  };
  const updated = tell(Friend, 'FRIEND_UPDATE', { uuid: two, friends }, { uuid: one, ...ok });
  assert.equal(sentence(updated), 'FRIEND_UPDATE by node2, which has 2 peers: node1, node3 -> ok');
  assert.deepEqual(updated.fields.peers, [{ hostname: 'node1', uuid: one }, { hostname: 'node3' }]);
  assert.equal(updated.fields.peer_name, 'node2');
  assert.equal(updated.fields.responder_name, 'node1');
  const gone = tell(
    Friend,
    'FRIEND_UPDATE',
    { uuid: two, friends: { op: '2', count: '0', hostname: 'node3' } },
    ok,
  );
  assert.equal(sentence(gone), 'FRIEND_UPDATE by node2, which removed the peer node3 -> ok');
  assert.equal(gone.fields.peer, 'node3');
  const removed = tell(Friend, 'FRIEND_REMOVE', { uuid: one, hostname: 'node3' }, ok);
  assert.equal(sentence(removed), 'FRIEND_REMOVE node3 by node1 -> ok');
});

test('states of peers, and how they changed', () => {
  const tell = newTell();
  const friends = {
    count: '2',
    'friend1.hostname': 'node2',
    'friend1.uuid': two,
    'friend1.state': 'Peer Rejected',
    'friend1.connected': '0',
    'friend2.hostname': 'localhost',
    'friend2.uuid': one,
    'friend2.connected': '1',
  };
  const list = tell(Cli, 'LIST_FRIENDS', { flags: 2 }, { ...ok, friends });
  assert.equal(
    sentence(list),
    'LIST_FRIENDS -> 2 peers: node2 disconnected (Peer Rejected), localhost connected',
  );
  assert.deepEqual(list.fields.peers, [
    { hostname: 'node2', uuid: two, state: 'Peer Rejected', connected: false },
    { hostname: 'localhost', uuid: one, connected: true },
  ]);
  const asked = tell(Friend, 'FRIEND_REMOVE', { uuid: one, hostname: 'node3' }, ok);
  assert.equal(asked.subject, 'FRIEND_REMOVE node3 by 39d3031a', 'every node calls itself localhost');
  const fsm_log = {
    count: '1',
    'log0-old-state': 'Probe Sent to Peer',
    'log0-event': 'GD_FRIEND_EVENT_RCVD_ACC',
    'log0-new-state': 'Accepted peer request',
    'log0-time': '2026-01-02 03:04:05',
  };
  const log = tell(Cli, 'FSM_LOG', { name: 'node2' }, { ...ok, fsm_log });
  const change = '2026-01-02 03:04:05 GD_FRIEND_EVENT_RCVD_ACC: Probe Sent to Peer -> Accepted peer request';
  assert.equal(sentence(log), `FSM_LOG node2 -> 1 change, the last at ${change}`);
  assert.deepEqual(log.fields.transitions, [change]);
});

test('the version that two glusterds agree on', () => {
  const tell = newTell();
  const hndsk = {
    'operating-version': '100000',
    'minimum-operating-version': '1',
    'maximum-operating-version': '110000',
  };
  const asked = tell(Handshake, 'VERSIONS', { hndsk: { 'peer-id': one } }, { ...ok, op_errno: 22, hndsk });
  assert.equal(sentence(asked), 'VERSIONS by 39d3031a -> operating version 100000 of 1 to 110000');
  assert.equal(asked.fields.operating_version, 100000);
  assert.equal(asked.fields.peer_uuid, one);
  const agreed = tell(Handshake, 'VERSIONS_ACK', { hndsk: { 'operating-version': '100000' } }, ok);
  assert.equal(sentence(agreed), 'VERSIONS_ACK operating version 100000 -> ok');
});

test('long lists are cut, and say how long they are', () => {
  const tell = newTell();
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`friend${i + 1}.hostname`, `node${i + 1}`]),
  );
  const updated = tell(
    Friend,
    'FRIEND_UPDATE',
    { uuid: one, friends: { op: '1', count: '100', ...many } },
    ok,
  );
  assert.match(updated.subject, /which has 100 peers: node1, .*, node8 and 92 more$/);
  assert.equal(Array.isArray(updated.fields.peers) && updated.fields.peers.length, 32);
  const lie = tell(Friend, 'FRIEND_UPDATE', { uuid: one, friends: { op: '1', count: '999999999' } }, ok);
  assert.equal(lie.subject, 'FRIEND_UPDATE by 39d3031a');
});
