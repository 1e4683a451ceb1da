/** The fast path leaves a connection in the same state as the slow path. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Direction } from '../../src/protocols/protocol.js';
import { newRandom, type Random } from '../helpers/random.js';
import {
  ACK,
  type Decoded,
  FIN,
  message,
  messages,
  newStream,
  type Segment,
  ToClient,
  ToServer,
} from './harness.js';

interface SentSegment {
  dir: Direction;
  segment: Segment;
}

/** Messages both ways; most segments are in order, some lost, late, retransmitted, truncated or acknowledged early. */
function conversation(random: Random): SentSegment[] {
  const sent: SentSegment[] = [];
  const sides = ([1001, 5001] as const).map((first) => ({
    first,
    next: 0,
    bytes: Buffer.concat(Array.from({ length: 12 }, () => message(random.bytes(random.below(9000))))),
  }));
  let late: SentSegment | undefined;
  while (sides.some(({ next, bytes }) => next < bytes.length)) {
    const dir = random.chance(0.5) ? ToServer : ToClient;
    const [side, other] = dir === ToServer ? sides : [sides[1]!, sides[0]!];
    const data = random.chance(0.2)
      ? undefined
      : side!.bytes.subarray(side!.next, side!.next + random.below(1448));
    const ack = other!.first + other!.next;
    const next: SentSegment = { dir, segment: { seq: side!.first + side!.next, ack, flags: ACK } };
    if (data !== undefined) {
      next.segment.data = data;
      side!.next += data.length;
      if (random.chance(0.05)) Object.assign(next.segment, { data: data.subarray(0, 60), wire: data.length });
    }
    if (random.chance(0.03)) late = next;
    else if (!random.chance(0.02)) sent.push(next);
    if (random.chance(0.02)) sent.push(next);
    if (late !== undefined && random.chance(0.3)) {
      const receiver = sides[1 - late.dir]!;
      sent.push({ dir: late.dir, segment: { ...late.segment, ack: receiver.first + receiver.next } });
      late = undefined;
    }
  }
  for (const dir of [ToServer, ToClient] as const) {
    const [side, other] = [sides[dir]!, sides[1 - dir]!];
    const fin = { seq: side.first + side.next, ack: other.first + other.next, flags: ACK | FIN };
    sent.push({ dir, segment: fin });
  }
  return sent;
}

function run(sent: readonly SentSegment[], useFastPath: boolean) {
  const decoded: Decoded = [];
  const pendingGaps: boolean[] = [];
  const stream = newStream({}, (flow, events) => ({
    ...messages(8, decoded)(flow, events),
    onPendingGap: (pending) => pendingGaps.push(pending),
  }));
  stream.handshake(1000, 5000);
  const { flow, events } = stream.flows[0]!;
  const halves = [];
  let skippedSegments = 0;
  for (const { dir, segment } of sent) {
    // The first acknowledgement is never handled on the fast path. They only increase here, so nothing else changes.
    if (!useFastPath) flow.halves[dir].ackSeen = false;
    const { skip } = flow.halves[dir];
    stream.send(dir, segment);
    if (skip > flow.halves[dir].skip && flow.halves[dir].skip > 0) skippedSegments++;
    halves.push(
      flow.halves.map(({ firstAcked: _, unconsumed: __, queued: ___, ...numbers }) => ({ ...numbers })),
    );
  }
  stream.end();
  return { decoded, pendingGaps, events, halves, counters: [...stream.counters], skippedSegments };
}

test('the fast path has the same result as the slow one', () => {
  let skippedSegments = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const sent = conversation(newRandom(seed));
    const result = run(sent, true);
    assert.deepEqual(result, run(sent, false), `seed ${seed}`);
    skippedSegments += result.skippedSegments;
  }
  assert.ok(skippedSegments > 5000, `${skippedSegments} segments were skipped`);
});

test('the fast path does not handle an acknowledgement of unseen bytes', () => {
  const pendingGaps: boolean[] = [];
  const stream = newStream({}, () => ({
    data: (_dir, _buf, _start, end) => end + 1000,
    gap() {},
    onPendingGap: (pending) => pendingGaps.push(pending),
    close() {},
  }));
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'a', ack: 5001 });
  stream.send(ToServer, { seq: 1002, data: 'b', ack: 5003 });
  assert.deepEqual(pendingGaps, [true]);
  stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1003 });
  assert.deepEqual(pendingGaps, [true, false]);
  stream.send(ToClient, { seq: 5003, ack: 1004 });
  assert.deepEqual(pendingGaps, [true, false, true]);
  assert.equal(stream.flows[0]!.flow.halves[ToServer].skip, 999);
});
