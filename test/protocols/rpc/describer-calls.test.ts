/** Calls as describers observe them: observation epoch, completeness, and losses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPacketTimestamp } from '../../../src/packet/timestamp.js';
import { findProgram, programDataset } from '../../../src/protocols/gluster/programs/index.js';
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import { summaryFields, summaryKeys } from '../../../src/protocols/gluster/projection/summary-fields.js';
import { ToClient, ToServer } from '../../../src/protocols/protocol.js';
import { CandidateReader } from '../../../src/protocols/rpc/candidate.js';
import type { RpcContext } from '../../../src/protocols/rpc/connection.js';
import { openDecoder } from '../../../src/protocols/rpc/decoder.js';
import type { Describer, Exchange } from '../../../src/protocols/rpc/describer.js';
import { newHeader } from '../../../src/protocols/rpc/header.js';
import { newRecordBytes } from '../../../src/protocols/rpc/record-bytes.js';
import { newCompiler } from '../../../src/protocols/rpc/xdr/compile.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { flushCall, flushReply, fstatCall } from './rpc-bytes.js';

const compile = newCompiler({
  summaryFields,
  summaryKeys,
  interpretValue: interpretKnownKey,
  iatt: gfx_iattx,
  mdata: gfx_mdata_iatt,
});
const NOTHING = new Uint8Array(0);

/** Connections that share a clock, and the events that their describers get. */
function connections(fromStart: boolean) {
  const exchanges: Exchange[] = [];
  const events: string[] = [];
  const describer: Describer = {
    describe(exchange) {
      exchanges.push(exchange);
      return { fields: {}, subject: '', result: undefined, outcome: undefined };
    },
    observationEpoch: () => 7,
    onReplyLost: ({ name }) => events.push(`reply lost ${name}`),
    onCallsLost: () => events.push('calls lost'),
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
  const context: RpcContext = {
    programs,
    compile,
    credentials: { full: () => ({}), brief: () => ({}) },
    pendingConnections: { add: () => {} },
    host: HOST_HOOKS,
    clock: newPacketTimestamp(),
    candidates: new CandidateReader(programs),
    record: newRecordBytes(),
    header: newHeader(),
  };
  const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart };
  const open = () => {
    const decoder = openDecoder(connection, () => {}, PROTOCOL_OPTIONS, context);
    const at = (seconds: number) => ({ seconds, nanoseconds: 5, packet: 0 });
    const send = (dir: 0 | 1, bytes: Uint8Array, seconds: number) =>
      decoder.data(dir, bytes, 0, bytes.length, at(seconds));
    if (fromStart) {
      // Until a reply is seen, the outcome of calls is unknown.
      send(ToServer, flushCall(0), 0);
      send(ToClient, flushReply(0), 0);
      assert.deepEqual(events.splice(0), ['reply lost FLUSH']);
      exchanges.length = 0;
    }
    return {
      send,
      gap: (dir: 0 | 1, seconds: number) => decoder.gap(dir, 1000, 'lost', false, at(seconds), NOTHING),
    };
  };
  return { exchanges, events, open };
}

test('the epoch of a call that was queued behind a gap is unknown', () => {
  const { exchanges, events, open } = connections(true);
  const [a, b] = [open(), open()];
  a.send(ToServer, flushCall(1), 10);
  a.send(ToClient, flushReply(1), 11);
  b.gap(ToServer, 5);
  assert.deepEqual(events, ['calls lost']);
  b.send(ToServer, flushCall(1), 5);
  b.send(ToServer, flushCall(2), 12);
  b.send(ToClient, flushReply(1), 13);
  b.send(ToClient, flushReply(2), 13);
  assert.deepEqual(
    exchanges.map(({ epoch }) => epoch),
    [7, 0, 7],
  );
});

test('a gap in replies makes pending calls uncertain, and all calls if some may be missing', () => {
  const seen = connections(true);
  const flow = seen.open();
  flow.send(ToServer, flushCall(1), 1);
  flow.gap(ToClient, 2);
  assert.deepEqual(seen.events, ['reply lost FLUSH']);
  flow.gap(ToServer, 3);
  flow.gap(ToClient, 4);
  assert.deepEqual(seen.events.slice(1), ['calls lost', 'reply lost FLUSH', 'calls lost']);
  const late = connections(false);
  late.open().gap(ToClient, 1);
  assert.deepEqual(late.events, ['calls lost']);
});

test('an orphan reply means that calls were lost', () => {
  const { events, open } = connections(true);
  open().send(ToClient, flushReply(9), 1);
  assert.deepEqual(events, ['calls lost']);
});

test('a reply to two calls with the same xid answers neither for certain', () => {
  const { exchanges, events, open } = connections(true);
  const { send } = open();
  for (const seconds of [1, 2]) send(ToServer, flushCall(1), seconds);
  send(ToClient, flushReply(1), 3);
  assert.deepEqual(
    exchanges.map(({ whole }) => whole),
    [false],
  );
  send(ToServer, flushCall(2), 4);
  send(ToServer, fstatCall(2), 5);
  assert.deepEqual(events, ['reply lost FLUSH']);
  assert.equal(exchanges.at(-1)?.whole, true);
});
