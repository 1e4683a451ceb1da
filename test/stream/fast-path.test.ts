/** What takes the short way ends as it would by the long one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newRandom, type Random } from '../helpers/random.js';
import {
  ACK,
  FIN,
  message,
  messages,
  newStream,
  type Segment,
  ToClient,
  type Told,
  ToServer,
} from './harness.js';

type Dir = typeof ToServer | typeof ToClient;

/** Messages both ways in segments, most of them in order: some lost, late, twice, cut, and acknowledged early. */
function conversation(random: Random): { dir: Dir; segment: Segment }[] {
  const sent: { dir: Dir; segment: Segment }[] = [];
  const sides = ([1001, 5001] as const).map((first) => ({
    first,
    next: 0,
    bytes: Buffer.concat(Array.from({ length: 12 }, () => message(random.bytes(random.below(9000))))),
  }));
  let late: (typeof sent)[number] | undefined;
  while (sides.some(({ next, bytes }) => next < bytes.length)) {
    const dir: Dir = random.chance(0.5) ? ToServer : ToClient;
    const [side, other] = dir === ToServer ? sides : [sides[1]!, sides[0]!];
    const data = random.chance(0.2)
      ? undefined
      : side!.bytes.subarray(side!.next, side!.next + random.below(1448));
    const ack = other!.first + other!.next;
    const one = { dir, segment: { seq: side!.first + side!.next, ack, flags: ACK } as Segment };
    if (data !== undefined) {
      one.segment.data = data;
      side!.next += data.length;
      if (random.chance(0.05)) Object.assign(one.segment, { data: data.subarray(0, 60), wire: data.length });
    }
    if (random.chance(0.03)) late = one;
    else if (!random.chance(0.02)) sent.push(one);
    if (random.chance(0.02)) sent.push(one);
    if (late !== undefined && random.chance(0.3)) {
      const { first, next } = sides[1 - late.dir]!;
      sent.push({ dir: late.dir, segment: { ...late.segment, ack: first + next } });
      late = undefined;
    }
  }
  for (const [dir, { first, next }] of sides.entries()) {
    const { first: from, next: had } = sides[1 - dir]!;
    sent.push({ dir: dir as Dir, segment: { seq: first + next, ack: from + had, flags: ACK | FIN } });
  }
  return sent;
}

function run(sent: readonly { dir: Dir; segment: Segment }[], long: boolean) {
  const told: Told = [];
  const missing: boolean[] = [];
  const stream = newStream({}, (flow, events) => ({
    ...messages(8, told)(flow, events),
    onPendingGap: (open) => missing.push(open),
  }));
  stream.handshake(1000, 5000);
  const { flow, events } = stream.flows[0]!;
  const halves = [];
  let short = 0;
  for (const { dir, segment } of sent) {
    // The first acknowledgement never takes the short way. They go up here, so that it changes nothing else.
    if (long) flow.halves[dir].ackSeen = false;
    const { skip } = flow.halves[dir];
    stream.send(dir, segment);
    if (skip > flow.halves[dir].skip && flow.halves[dir].skip > 0) short++;
    halves.push(
      flow.halves.map(({ firstAcked: _, unconsumed: __, queued: ___, ...numbers }) => ({ ...numbers })),
    );
  }
  stream.end();
  return { told, missing, events, halves, counters: [...stream.counters], short };
}

describe('the short way', () => {
  it('ends as the long one does', () => {
    let short = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const sent = conversation(newRandom(seed));
      const result = run(sent, false);
      assert.deepEqual(result, run(sent, true), `seed ${seed}`);
      short += result.short;
    }
    assert.ok(short > 5000, `${short} segments were skipped`);
  });

  it('leaves to the long one what is acknowledged and was not seen', () => {
    const told: boolean[] = [];
    const stream = newStream({}, () => ({
      data: (_dir, _buf, _start, end) => end + 1000,
      gap() {},
      onPendingGap: (open) => told.push(open),
      close() {},
    }));
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'a', ack: 5001 });
    stream.send(ToServer, { seq: 1002, data: 'b', ack: 5003 });
    assert.deepEqual(told, [true]);
    stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1003 });
    assert.deepEqual(told, [true, false]);
    stream.send(ToClient, { seq: 5003, ack: 1004 });
    assert.deepEqual(told, [true, false, true]);
    assert.equal(stream.flows[0]!.flow.halves[ToServer].skip, 999);
  });
});
