/** The framing skeleton with a toy grammar: a message is the byte 0xa5, a length, and that many bytes of payload. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Anomalies } from '../../src/protocols/anomalies.js';
import { addSkipped, enterResync, leaveResync } from '../../src/protocols/framing/resync.js';
import { StreamParser } from '../../src/protocols/framing/stream-parser.js';
import { Phase, type StreamSide, SyncState } from '../../src/protocols/framing/stream-side.js';
import { newGapLoss, newSyncLoss } from '../../src/protocols/framing/sync-loss.js';
import { type Direction, type GapReason, ToServer } from '../../src/protocols/protocol.js';

const AT = { seconds: 1, nanoseconds: 0, packet: 1 };
const START = 0xa5;
const anomalies = new Anomalies({
  protocol: 'toy',
  unit: 'message',
  piece: 'a message',
  requests: 'requests',
  response: 'response',
});

const newSide = (): StreamSide => ({
  phase: Phase.boundary,
  sync: SyncState.inSync,
  needMore: false,
  unconsumed: 0,
  skipRemaining: 0,
  seen: false,
  loss: undefined,
});

class ToyDecoder extends StreamParser<StreamSide> {
  readonly events: string[] = [];
  private readonly toy;

  constructor() {
    const events: string[] = [];
    const emit = (_from: Direction, { action, message }: { action: string; message: string }) => {
      events.push(`${action}: ${message}`);
    };
    const toy = { emit, sides: [newSide(), newSide()] as const };
    super(toy, anomalies);
    this.toy = toy;
    this.events = events;
  }

  protected override parse(dir: Direction, buf: Uint8Array, start: number, end: number): number {
    const side = this.toy.sides[dir];
    if (buf[start] !== START) {
      side.loss = newSyncLoss('bad start', {}, true, AT);
      enterResync(side);
      return start;
    }
    if (end - start < 2) {
      side.needMore = true;
      return start;
    }
    const messageEnd = start + 2 + buf[start + 1];
    if (messageEnd <= end) this.endSkippedMessage(dir, side);
    else side.phase = Phase.skipping;
    return messageEnd;
  }

  protected override resync(dir: Direction, buf: Uint8Array, start: number, end: number): number {
    const { loss } = this.toy.sides[dir];
    const found = buf.subarray(start, end).indexOf(START);
    const position = found < 0 ? end : start + found;
    if (loss !== undefined) addSkipped(this.toy, dir, loss, position - start, anomalies);
    if (found >= 0) leaveResync(this.toy, dir, anomalies);
    return position;
  }

  protected override endSkippedMessage(_dir: Direction, side: StreamSide): void {
    side.phase = Phase.boundary;
    this.events.push('message');
  }

  protected override markTruncated(): void {
    this.events.push('truncated');
  }

  protected override handleGap(dir: Direction, missing: number, reason: GapReason): void {
    const side = this.toy.sides[dir];
    side.loss = newGapLoss(missing, reason, AT);
    side.loss.skipped = side.unconsumed;
    enterResync(side);
  }

  protected override reportUnfinished(_dir: Direction, side: StreamSide): boolean {
    return side.phase === Phase.skipping;
  }

  send(...bytes: readonly number[]): number {
    return this.data(ToServer, Uint8Array.from(bytes), 0, bytes.length, AT);
  }

  end(): void {
    this.closeSide(ToServer, AT);
  }
}

test('messages are parsed one after the other, and incomplete bytes left unconsumed', () => {
  const decoder = new ToyDecoder();
  assert.equal(decoder.send(START, 1, 0, START, 0, START), 5);
  assert.equal(decoder.send(START, 0), 2);
  assert.deepEqual(decoder.events, ['message', 'message', 'message']);
});

test('a payload is skipped, and its message ends with the last skipped byte', () => {
  const decoder = new ToyDecoder();
  assert.equal(decoder.send(START, 100, 0), 102);
  decoder.gap(ToServer, 50, 'lost', true, AT, new Uint8Array(0));
  assert.deepEqual(decoder.events, ['truncated']);
  assert.equal(decoder.send(), 0);
  assert.deepEqual(decoder.events, ['truncated', 'message']);
});

test('a loss of sync is reported with the bytes skipped to the next message', () => {
  const decoder = new ToyDecoder();
  decoder.send(1, 2, 3, START, 0);
  assert.deepEqual(decoder.events, ['malformed: bad start: skipped 3 bytes to the next message', 'message']);
});

test('after a gap the unconsumed bytes count as skipped', () => {
  const decoder = new ToyDecoder();
  decoder.send(START);
  decoder.gap(ToServer, 10, 'lost', false, AT, Uint8Array.of(START));
  decoder.send(0, 0, START, 0);
  assert.deepEqual(decoder.events, ['resync: gap: skipped 3 bytes to the next message', 'message']);
});

test('a message that the end of the stream truncates is reported', () => {
  const decoder = new ToyDecoder();
  decoder.send(START);
  decoder.end();
  assert.deepEqual(decoder.events, ['truncated: the stream ended after 1 byte of a message']);
});

test('a search that is unfinished at the end of the stream is reported', () => {
  const decoder = new ToyDecoder();
  decoder.send(1, 2);
  decoder.end();
  assert.deepEqual(decoder.events, ['malformed: bad start: skipped 2 bytes, no message found']);
});
