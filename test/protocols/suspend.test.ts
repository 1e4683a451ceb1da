/** When a decoder has nothing under way, and goes on from what it left; the lines are compared in pipeline/sleep.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newGearman } from '../../src/protocols/gearman/implementation.js';
import { type FlowDecoder, type Protocol, ToClient, ToServer } from '../../src/protocols/protocol.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../helpers/connection.js';
import { glusterfs } from './rpc/harness.js';
import { flushCall, flushReply } from './rpc/rpc-bytes.js';

const AT = { seconds: 1000, nanoseconds: 0, packet: 1 };
const NOTHING = new Uint8Array(0);

function opened(protocol: Protocol, fromStart = true) {
  const connection = { serverPort: 4730, clientPort: 49151, ...ADDRESSES, fromStart };
  const said: string[] = [];
  const open = (asleep?: ReturnType<NonNullable<FlowDecoder['suspend']>>) =>
    protocol.open(connection, (_from, { message }) => said.push(message), PROTOCOL_OPTIONS, asleep);
  let decoder = open();
  return {
    said,
    send: (dir: 0 | 1, bytes: Uint8Array) => decoder.data(dir, bytes, 0, bytes.length, AT),
    gap: () => decoder.gap(ToServer, 5, 'lost', false, AT, NOTHING),
    sleeps: () => decoder.suspend?.(AT) !== undefined,
    turn() {
      decoder = open(decoder.suspend?.(AT));
    },
  };
}

function packet(magic: string, type: number, data = ''): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.write(`\0${magic}`, 'latin1');
  bytes.writeUInt32BE(type, 4);
  bytes.writeUInt32BE(data.length, 8);
  bytes.write(data, 12, 'latin1');
  return bytes;
}

describe('a decoder with nothing under way', () => {
  it('of RPC: not while a record is not whole, a call waits, or the place is lost', () => {
    const { send, sleeps, gap } = opened(glusterfs);
    assert.ok(sleeps());
    const call = flushCall(7);
    send(ToServer, call.subarray(0, 10));
    assert.ok(!sleeps());
    send(ToServer, call);
    assert.ok(!sleeps());
    send(ToClient, flushReply(7));
    assert.ok(sleeps());
    gap();
    assert.ok(!sleeps());
  });

  it('of RPC: joined in its middle, while one direction has said nothing yet', () => {
    const saidBy = (slept: boolean) => {
      const { send, sleeps, turn, said } = opened(glusterfs, false);
      for (let xid = 1; xid < 6; xid++) send(ToClient, flushReply(xid));
      assert.ok(sleeps());
      if (slept) turn();
      // The end of a call that had begun before: its place is looked for.
      send(ToServer, Buffer.concat([flushCall(5).subarray(20), flushCall(6), flushCall(7)]));
      assert.ok(!sleeps());
      send(ToClient, flushReply(6));
      send(ToClient, flushReply(7));
      assert.ok(sleeps());
      return said;
    };
    const said = saidBy(false);
    assert.equal(said.filter((line) => line.startsWith('FLUSH')).length, 2, said.join('\n'));
    assert.ok(
      said.some((line) => line.includes('bytes')),
      said.join('\n'),
    );
    assert.deepEqual(saidBy(true), said);
  });

  it('of RPC: not while the place of a direction is lost that has said something', () => {
    const { send, sleeps } = opened(glusterfs, false);
    assert.ok(sleeps());
    send(ToServer, flushCall(5).subarray(20, 40));
    assert.ok(!sleeps());
  });

  it('of Gearman: not while an answer is waited for, or a job; and it knows what its worker can do', () => {
    const { send, sleeps, turn, said } = opened(newGearman(PROTOCOL_OPTIONS, HOST_HOOKS));
    assert.ok(sleeps());
    send(ToServer, packet('REQ', 1, 'reverse'));
    send(ToServer, packet('REQ', 22, 'worker-1'));
    assert.ok(sleeps());
    send(ToServer, packet('REQ', 9));
    assert.ok(!sleeps());
    send(ToClient, packet('RES', 10));
    assert.ok(sleeps());
    turn();
    send(ToServer, packet('REQ', 9));
    send(ToClient, packet('RES', 11, 'H:lap:1\0reverse\0load'));
    assert.ok(!sleeps());
    send(ToServer, packet('REQ', 13, 'H:lap:1\0done'));
    send(ToServer, packet('REQ', 9));
    send(ToClient, packet('RES', 10));
    assert.ok(sleeps());
    assert.match(said.at(-3) ?? '', /reverse.*worker-1/);
  });
});
