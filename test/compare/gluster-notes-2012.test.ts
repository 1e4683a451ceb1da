/**
 * A peer probe of GlusterFS 3.2.5, from hex dumps in notes on the protocol of 2012. The dumps hold RPC records only:
 * g-notes-2012 has them byte for byte and in order, in made-up Ethernet, IP and TCP headers, times and client ports. Each
 * of two hosts is the client of the other once; the prober, 172.31.122.102, calls first. The expected values were read
 * off the dumps by hand.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { readAll } from './truth.js';

const [PROBER, PROBED] = ['172.31.122.102', '172.31.122.59'];
/** On the wire 16 words each, a byte in each word: 00000090 00000045 000000d5 ... */
const UUIDS = {
  [PROBER]: '9045d5f2-5198-463a-80c1-9a0449ae1184',
  [PROBED]: 'de78d020-19b2-4eed-acdf-f00c7d152b1a',
};

/** 88 bytes of zeros. */
const AUTH = {
  flavor: 5,
  flavor_name: 'AUTH_GLUSTERFS',
  lk_owner: '0000000000000000',
  pid: 0,
  uid: 0,
  gid: 0,
  ngrps: 0,
  groups: [],
};

/** The notes read 0x16 as op_ret, one word too early: it is op_errno (EINVAL), and op_ret is 0. */
const DUMPED = {
  gfs_id: 0,
  op_ret: 0,
  op_errno: 22,
  op_errno_name: 'EINVAL',
  prog: [
    { progname: 'GF-DUMP', prognum: 0x075bb86d, progver: 1 },
    { progname: 'GlusterD0.0.1', prognum: 0x13d001, progver: 1 },
    { progname: 'GlusterD svc cli', prognum: 0x12e5bf, progver: 1 },
    { progname: 'GlusterD svc mgmt', prognum: 0x12e5a1, progver: 1 },
    { progname: 'Gluster Portmap', prognum: 0x0208aec0, progver: 1 },
    { progname: 'GlusterFS Handshake', prognum: 0xdbb4a9, progver: 1 },
  ],
};

const DONE = { op_ret: 0, op_errno: 0 };
const NO_VOLUMES = { count: { hex: '3000', text: '0', integer: 0 } };

/** One host probes the other. */
const calls = (from: string, hostname: string) => [
  { method: 'DUMP', program: 0x075bb86d, xid: 1, from, request: { gfs_id: 0xcafe }, response: DUMPED },
  {
    method: 'PROBE_QUERY',
    program: 0x12e5a1,
    xid: 2,
    from,
    request: { uuid: UUIDS[from], hostname, port: 0 },
    response: { uuid: UUIDS[hostname], hostname, port: 0, ...DONE },
  },
  {
    method: 'FRIEND_ADD',
    program: 0x12e5a1,
    xid: 3,
    from,
    request: { uuid: UUIDS[from], hostname, port: 0, vols: NO_VOLUMES },
    response: { uuid: UUIDS[hostname], hostname, ...DONE, port: 0 },
  },
];

test('a peer probe of GlusterFS 3.2.5', async () => {
  const lines = await readAll(capturePath('g-notes-2012'), 'calls');
  assert.deepEqual(
    lines.filter(({ event }) => event.dataset === 'wiretail.anomaly'),
    [],
  );
  const read = lines.filter(({ rpc }) => rpc !== undefined);
  for (const { rpc, destination } of read) {
    assert.deepEqual(rpc?.auth, AUTH);
    assert.equal(rpc?.version, 1);
    assert.equal(rpc?.accept_status, 'SUCCESS');
    assert.equal(destination.port, 24007);
  }
  const shown = read.map(({ rpc, gluster, source }) => ({
    method: rpc?.method,
    program: rpc?.program,
    xid: rpc?.xid,
    from: source.ip,
    request: gluster?.request,
    response: gluster?.response,
  }));
  const callsOf = (host: string) => shown.filter(({ from }) => from === host);
  assert.deepEqual(callsOf(PROBER), calls(PROBER, PROBED));
  assert.deepEqual(callsOf(PROBED), calls(PROBED, PROBER));
  assert.equal(shown.length, 6);
});
