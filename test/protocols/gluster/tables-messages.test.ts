/**
 * Whole messages, decoded by a small interpreter of the tables, so that an error in the compiler cannot hide an error in a
 * table, or the reverse. The messages are from real servers and clients, except READ (its fd and offset were 0) and SIGNIN.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { XdrType } from '../../../src/protocols/rpc/xdr/types.js';

class Reader {
  at = 0;
  readonly bytes: Buffer;
  constructor(hex: string) {
    this.bytes = Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
  }
  word(): number {
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }
  take(length: number): Buffer {
    assert.ok(this.at + length <= this.bytes.length);
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += Math.ceil(length / 4) * 4;
    return taken;
  }
}

const uuidText = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function read(type: XdrType, from: Reader): unknown {
  switch (type.kind) {
    case 'int':
      return from.word() | 0;
    case 'unsigned int':
      return from.word();
    case 'hyper':
    case 'unsigned hyper': {
      const value = from.take(8).readBigUInt64BE();
      return type.id ? String(value) : value;
    }
    case 'opaque': {
      const bytes = from.take(type.length);
      return type.uuid ? uuidText(bytes) : bytes.toString('hex');
    }
    case 'uuid words':
      return uuidText(Buffer.from(Array.from({ length: 16 }, () => from.word())));
    case 'string':
      return from.take(from.word()).toString();
    case 'bytes':
    case 'dict':
      return from.take(from.word()).toString('latin1');
    case 'gfx_dict':
      return from.take(from.word() + 8).toString('hex');
    case 'chain': {
      const entries = [];
      while (from.word() === 1) entries.push(read(type.of, from));
      return entries;
    }
    case 'since':
      return from.at < from.bytes.length ? read(type.of, from) : undefined;
    case 'struct':
      return Object.fromEntries(
        Object.entries(type.fields).map(([name, field]) => [name, read(field, from)]),
      );
    default:
      assert.fail(`no message here has ${type.kind}`);
  }
}

function message(
  program: number,
  version: number,
  method: string,
  part: 'call' | 'reply',
  hex: string,
): unknown {
  const row = findProgram(program, version)?.procedures.find((procedure) => procedure?.name === method);
  const body = row?.[part];
  assert.ok(typeof body === 'object', method);
  const from = new Reader(hex);
  const value = read(body, from);
  assert.equal(from.at, from.bytes.length, method);
  return value;
}

/** A UUID with each byte in an XDR word of its own. */
const uuidWords = (hex: string): string => hex.replaceAll(/../g, '000000$&');

const EMPTY_DICT = 'ffffffff00000000';

test('a peer probe of GlusterFS 3.2.5', () => {
  const senderUuid = uuidWords('9045d5f25198463a80c19a0449ae1184');
  const responderUuid = uuidWords('de78d02019b24eedacdff00c7d152b1a');
  const uuid = '9045d5f2-5198-463a-80c1-9a0449ae1184';
  assert.deepEqual(
    message(
      1238433,
      1,
      'PROBE_QUERY',
      'call',
      `${senderUuid} 0000000d 3137322e33312e3132322e3539000000 00000000`,
    ),
    { uuid, hostname: '172.31.122.59', port: 0 },
  );
  assert.deepEqual(
    message(
      1238433,
      1,
      'PROBE_QUERY',
      'reply',
      `${responderUuid} 0000000d 3137322e33312e3132322e3539000000 00000000 00000000 00000000`,
    ),
    {
      uuid: 'de78d020-19b2-4eed-acdf-f00c7d152b1a',
      hostname: '172.31.122.59',
      port: 0,
      op_ret: 0,
      op_errno: 0,
    },
  );
  assert.deepEqual(
    message(
      1238433,
      1,
      'FRIEND_ADD',
      'call',
      `${senderUuid} 0000000d 3137322e33312e3132322e3539000000 00000000
       00000014 00000001 00000005 00000002 636f756e7400 3000`,
    ),
    { uuid, hostname: '172.31.122.59', port: 0, vols: '\0\0\0\x01\0\0\0\x05\0\0\0\x02count\x000\0' },
  );
});

test('the programs of a brick of GlusterFS 10.3', () => {
  const reply = message(
    123451501,
    1,
    'DUMP',
    'reply',
    `0000000000000000 00000000 00000000
     00000001 00000010 476c7573746572465320342e78207631 000000000013d005 0000000000000190
     00000001 0000000d 476c7573746572465320332e33000000 000000000013d005 000000000000014a
     00000001 00000007 47462d44554d5000 00000000075bb86d 0000000000000001
     00000001 00000013 476c757374657246532048616e647368616b6500 0000000000dbb4a9 0000000000000002 00000000`,
  );
  assert.deepEqual(reply, {
    gfs_id: 0n,
    op_ret: 0,
    op_errno: 0,
    prog: [
      { progname: 'GlusterFS 4.x v1', prognum: 1298437n, progver: 400n },
      { progname: 'GlusterFS 3.3', prognum: 1298437n, progver: 330n },
      { progname: 'GF-DUMP', prognum: 123451501n, progver: 1n },
      { progname: 'GlusterFS Handshake', prognum: 14398633n, progver: 2n },
    ],
  });
});

test('file operations of GlusterFS 10.3', () => {
  const lease = { cmd: 2, lease_type: 1, lease_id: '6c656173652d69642d41414141414141', lease_flags: 0 };
  assert.deepEqual(
    message(
      1298437,
      400,
      'LEASE',
      'call',
      `bb40ca07e64e4b19b5d383432466d2b7 00000002 00000001 6c656173652d69642d41414141414141 00000000
       00000000ffffffff00000000`,
    ),
    { gfid: 'bb40ca07-e64e-4b19-b5d3-83432466d2b7', lease, xdata: EMPTY_DICT },
  );
  assert.deepEqual(
    message(
      1298437,
      400,
      'LEASE',
      'reply',
      `00000000 00000000 00000000ffffffff00000000
       00000002 00000001 6c656173652d69642d41414141414141 00000000`,
    ),
    { op_ret: 0, op_errno: 0, xdata: EMPTY_DICT, lease },
  );
  assert.deepEqual(
    message(
      1298437,
      400,
      'ENTRYLK',
      'call',
      `eaeb57dc89dd424189d48f8b59b2abaa 00000002 00000001 0000000000000000 00000000
       0000000f 7265702d7265706c69636174652d3000 00000000ffffffff00000000`,
    ),
    {
      gfid: 'eaeb57dc-89dd-4241-89d4-8f8b59b2abaa',
      cmd: 2,
      type: 1,
      namelen: 0n,
      name: '',
      volume: 'rep-replicate-0',
      xdata: EMPTY_DICT,
    },
  );
  assert.deepEqual(
    message(
      1298437,
      400,
      'READ',
      'call',
      '23ecc48331ce495890e6a4d257acaf51 0000000000000001 0000000000000002 00001000 00008000 00000000ffffffff00000000',
    ),
    {
      gfid: '23ecc483-31ce-4958-90e6-a4d257acaf51',
      fd: '1',
      offset: 2n,
      size: 4096,
      flag: 32768,
      xdata: EMPTY_DICT,
    },
  );
  assert.deepEqual(
    message(
      52743234,
      1,
      'INODELK_CONTENTION',
      'call',
      `00000000000000000000000000000001 00000001 00000000 0000000000000000 0000000000000000 00000000 00000000
       fffffffd 0000000f 6468742e6c61796f75742e6865616c00 00000000`,
    ),
    {
      gfid: '00000000-0000-0000-0000-000000000001',
      flock: { type: 1, whence: 0, start: 0n, len: 0n, pid: 0, lk_owner: '' },
      pid: 4294967293,
      domain: 'dht.layout.heal',
      xdata: '',
    },
  );
});

test('a refused lock of version 330 has its xdata last', () => {
  const flock = { type: 0, whence: 0, start: 0n, len: 0n, pid: 0, lk_owner: '' };
  assert.deepEqual(
    message(1298437, 330, 'LK', 'reply', `ffffffff 0000000b ${'00000000'.repeat(8)} 00000000`),
    { op_ret: -1, op_errno: 11, flock, xdata: '' },
  );
});

test('an older brick signs in without a pid', () => {
  const hex = '0000000a 2f627269636b732f72310000 0000de5d';
  assert.deepEqual(message(34123456, 1, 'SIGNIN', 'call', hex), {
    brick: '/bricks/r1',
    port: 56925,
    pid: undefined,
  });
  assert.deepEqual(message(34123456, 1, 'SIGNIN', 'call', `${hex} 00001034`), {
    brick: '/bricks/r1',
    port: 56925,
    pid: 4148,
  });
});
