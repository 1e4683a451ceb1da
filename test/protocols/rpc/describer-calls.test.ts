/** What describers are told of calls: when each came by, whether it is whole, and what may have been missed. */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { PacketTimestamp } from '../../../src/packet/timestamp.js';
import { findProgram, programDataset } from '../../../src/protocols/gluster/programs/index.js';
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import { summaryFields } from '../../../src/protocols/gluster/projection/summary-fields.js';
import { summaryKeys } from '../../../src/protocols/gluster/projection/summary-keys.js';
import { ToClient, ToServer } from '../../../src/protocols/protocol.js';
import { openDecoder } from '../../../src/protocols/rpc/decoder.js';
import type { Describer, Exchange } from '../../../src/protocols/rpc/describer.js';
import { newCompiler } from '../../../src/protocols/rpc/xdr/compile.js';
import { ADDRESSES, OUTSIDE, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { flushCall, flushReply, fstatCall } from './rpc-bytes.js';

const compile = newCompiler({
  summaryFields,
  summaryKeys,
  interpretValue: interpretKnownKey,
  iatt: gfx_iattx,
  mdata: gfx_mdata_iatt,
});
const NOTHING = new Uint8Array(0);

/** Connections that have a clock together, and what their describers are told. */
function connections(fromStart: boolean) {
  const exchanges: Exchange[] = [];
  const told: string[] = [];
  const describer: Describer = {
    describe(exchange) {
      exchanges.push(exchange);
      return { fields: {}, subject: '', result: undefined, outcome: undefined };
    },
    now: () => 7,
    onReplyLost: ({ name }) => told.push(`unanswered ${name}`),
    onCallsLost: () => told.push('unseen'),
    onRepliesLost() {},
    onPendingGap() {},
    onCall: () => undefined,
    onClose() {},
  };
  const programs = {
    find: findProgram,
    dataset: programDataset,
    describer: () => describer,
    clientName: () => undefined,
  };
  const clock: PacketTimestamp = { seconds: 0, nanoseconds: 0, packet: 0 };
  const credentials = { full: () => ({}), brief: () => ({}) };
  const common = { programs, compile, credentials, waiting: { add: () => {} }, outside: OUTSIDE, clock };
  const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart };
  const open = () => {
    const decoder = openDecoder(connection, () => {}, PROTOCOL_OPTIONS, common);
    const at = (seconds: number) => ({ seconds, nanoseconds: 5, packet: 0 });
    const send = (dir: 0 | 1, bytes: Uint8Array, seconds: number) =>
      decoder.data(dir, bytes, 0, bytes.length, at(seconds));
    if (fromStart) {
      // As long as nothing comes back, what calls do is not known.
      send(ToServer, flushCall(0), 0);
      send(ToClient, flushReply(0), 0);
      assert.deepEqual(told.splice(0), ['unanswered FLUSH']);
      exchanges.length = 0;
    }
    return {
      send,
      gap: (dir: 0 | 1, seconds: number) => decoder.gap(dir, 1000, 'lost', false, at(seconds), NOTHING),
    };
  };
  return { exchanges, told, open };
}

test('a call that waited behind a hole came by at a moment that nobody knows', () => {
  const { exchanges, told, open } = connections(true);
  const [a, b] = [open(), open()];
  a.send(ToServer, flushCall(1), 10);
  a.send(ToClient, flushReply(1), 11);
  b.gap(ToServer, 5);
  assert.deepEqual(told, ['unseen']);
  b.send(ToServer, flushCall(1), 5);
  b.send(ToServer, flushCall(2), 12);
  b.send(ToClient, flushReply(1), 13);
  b.send(ToClient, flushReply(2), 13);
  assert.deepEqual(
    exchanges.map(({ began }) => began),
    [7, 0, 7],
  );
});

test('a gap in replies puts the calls that wait in doubt, and others, if some may have been missed', () => {
  const seen = connections(true);
  const flow = seen.open();
  flow.send(ToServer, flushCall(1), 1);
  flow.gap(ToClient, 2);
  assert.deepEqual(seen.told, ['unanswered FLUSH']);
  flow.gap(ToServer, 3);
  flow.gap(ToClient, 4);
  assert.deepEqual(seen.told.slice(1), ['unseen', 'unanswered FLUSH', 'unseen']);
  const late = connections(false);
  late.open().gap(ToClient, 1);
  assert.deepEqual(late.told, ['unseen']);
});

test('a reply to nothing that was seen', () => {
  const { told, open } = connections(true);
  open().send(ToClient, flushReply(9), 1);
  assert.deepEqual(told, ['unseen']);
});

test('of two calls with one xid nobody knows which one is answered', () => {
  const { exchanges, told, open } = connections(true);
  const { send } = open();
  for (const seconds of [1, 2]) send(ToServer, flushCall(1), seconds);
  send(ToClient, flushReply(1), 3);
  assert.deepEqual(
    exchanges.map(({ whole }) => whole),
    [false],
  );
  send(ToServer, flushCall(2), 4);
  send(ToServer, fstatCall(2), 5);
  assert.deepEqual(told, ['unanswered FLUSH']);
  assert.equal(exchanges.at(-1)?.whole, true);
});
