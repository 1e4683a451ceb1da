/** Decoders that die: told, counted and replaced, and the rest goes on. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { pino } from 'pino';
import type { Outputs } from '../../src/output/run-outputs.js';
import { Run } from '../../src/pipeline/threads/run.js';
import { capturePath } from '../helpers/captures.js';
import { PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import type { Death } from '../helpers/dying-decoder.js';

/** What of a record these tests look at. */
interface Line {
  readonly message: string;
  readonly event: { readonly dataset: string; readonly action: string };
  readonly packet?: { readonly number: number };
  readonly wiretail?: { readonly stats: Stats; readonly anomaly: { readonly error: string } };
}

interface Stats {
  readonly packets: {
    readonly seen: number;
    readonly decoded: number;
    readonly ignored: number;
    readonly dropped: number;
    readonly waiting: number;
    readonly dropped_by: Readonly<Record<string, number>>;
  };
  readonly faults: { readonly decoder_restarts: number };
  readonly lines: { readonly written: number; readonly dropped: number; readonly lost: number };
}

interface Result {
  readonly code: number;
  readonly records: readonly Line[];
  readonly stats: Stats;
  readonly deaths: readonly Line[];
  readonly diagnostics: string;
}

async function run(workers: number, death: Death | undefined, name = 'gm-basic'): Promise<Result> {
  let text = '';
  let diagnostics = '';
  let pending = 0;
  const outputs: Outputs = {
    writeBatch(lines, _count, settled) {
      text += Buffer.from(lines).toString();
      pending++;
      setImmediate(() => {
        pending--;
        settled();
      });
      return true;
    },
    writeLine(line) {
      text += line;
      return true;
    },
    counts: () => [],
    reopenFiles() {},
    reconfigure: async () => [],
    async flush() {
      while (pending > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async close() {},
    setListener() {},
  };
  if (death !== undefined) process.env.DEATH = JSON.stringify(death);
  const { ended } = new Run({
    version: '0.0.0-test',
    config: {
      ...PROTOCOL_OPTIONS,
      glusterStateDir: undefined,
      filters: [],
      view: 'messages',
      detail: 'full',
      workers,
      snaplen: 262144,
      payloadBytes: 0,
      maxLine: 16384,
      ringBytes: 8 << 20,
      ringSlots: 8,
      select: SELECT_ALL,
      decapsulate: [],
    },
    source: { kind: 'files', files: [capturePath(name)], filters: [], realtime: false },
    described: {},
    statsInterval: 0,
    outputs,
    diagnostics: pino({}, { write: (line: string) => (diagnostics += line) }),
    ...(death === undefined
      ? {}
      : { decoderScript: new URL('../helpers/dying-decoder.js', import.meta.url) }),
  });
  const { exitCode: code } = await ended;
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const stats = records.at(-1)?.wiretail?.stats;
  assert.ok(stats !== undefined, 'the last line is the statistics');
  return {
    code,
    records,
    stats,
    deaths: records.filter((record) => record.event.action === 'decoder_died'),
    diagnostics,
  };
}

/** The records of Gearman, without those of a connection that was joined in the middle. */
const messages = ({ records }: Result) =>
  records.filter((record) => record.event.dataset.startsWith('gearman'));

function account(result: Result, deaths: number, dropped: number): void {
  const { packets, faults, lines } = result.stats;
  assert.equal(result.code, 0);
  assert.equal(result.deaths.length, deaths);
  assert.equal(faults.decoder_restarts, deaths);
  assert.equal(result.diagnostics.trimEnd().split('\n').filter(Boolean).length, deaths);
  assert.equal(packets.waiting, 0);
  assert.equal(packets.dropped_by.decoder, dropped);
  assert.equal(packets.dropped, dropped);
  assert.equal(packets.seen, packets.decoded + packets.ignored + packets.dropped);
  // All but the last line, which can't count itself.
  assert.equal(lines.written, result.records.length - 1);
  assert.equal(lines.dropped, 0);
  assert.ok(lines.lost >= 0);
}

afterEach(() => {
  delete process.env.DEATH;
});

describe('decoders that live', () => {
  for (const workers of [1, 2, 3]) {
    it(`${workers} of them: nothing is lost`, async () => {
      const result = await run(workers, undefined);
      account(result, 0, 0);
      assert.equal(result.stats.packets.decoded, 357);
      assert.equal(messages(result).length, 166);
      assert.equal(result.stats.lines.lost, 0);
      assert.equal(result.records[0].event.dataset, 'wiretail.start');
    });
  }
});

describe('a decoder that dies', () => {
  it('at its start, twice: the third does all the work', async () => {
    const result = await run(1, { decoder: 0, starts: 2 });
    account(result, 2, 0);
    assert.equal(messages(result).length, 166);
    assert.equal(result.stats.lines.lost, 0);
    for (const { message, wiretail } of result.deaths) {
      assert.equal(message, 'decoder 0 died and is restarted: Error: a decoder dies for a test');
      assert.match(String(wiretail?.anomaly.error), /dying-decoder/);
    }
    assert.equal(result.records[0].event.dataset, 'wiretail.start');
  });

  it('at every start: it is not tried for ever, and every packet is accounted for', async () => {
    const result = await run(1, { decoder: 0, starts: 1000 });
    const { packets } = result.stats;
    assert.equal(result.code, 1);
    assert.equal(result.deaths.length, 10);
    assert.equal(packets.decoded + packets.ignored, 0);
    assert.equal(packets.seen, 357);
    assert.equal(packets.dropped, 357);
    assert.match(result.diagnostics, /dies repeatedly at the same packet/);
  });

  it('without a word: told by the code of its end', async () => {
    const result = await run(1, { decoder: 0, starts: 1, silently: true });
    account(result, 1, 0);
    assert.match(result.deaths[0].message, /its thread exited with code 3$/);
    assert.equal(messages(result).length, 166);
  });

  it('of one packet: that packet is lost, and what it had in hand; the rest is decoded', async () => {
    const whole = await run(1, undefined);
    const result = await run(1, { decoder: 0, packets: [200] });
    account(result, 1, 1);
    const numbers = (of: Result) => messages(of).map((record) => record.packet?.number ?? 0);
    // The lines of what was decoded before it are all there.
    assert.equal(result.stats.lines.lost, 0);
    const before = (of: Result) => numbers(of).filter((number) => number < 200);
    assert.deepEqual(before(result), before(whole));
    // Connections that begin behind it are all there.
    assert.deepEqual(
      numbers(result).filter((number) => number > 300),
      numbers(whole).filter((number) => number > 300),
    );
  });

  it('of several packets, one after the other', async () => {
    const result = await run(1, { decoder: 0, packets: [1, 150, 357] });
    account(result, 3, 3);
    assert.equal(result.stats.lines.lost, 0);
    assert.ok(messages(result).length > 140);
  });

  it('of a packet, without a word', async () => {
    const result = await run(1, { decoder: 0, packets: [150], silently: true });
    account(result, 1, 1);
  });

  it('among others: theirs are whole', async () => {
    // All of Gearman is one service, so one decoder's; which, the packets' addresses tell.
    for (const decoder of [0, 1, 2]) {
      const result = await run(3, { decoder, starts: 1 });
      account(result, 1, 0);
      assert.equal(messages(result).length, 166);
    }
  });

  it('of packets that are not its own: nothing is lost but the lines in its hand', async () => {
    const results = [
      await run(2, { decoder: 0, packets: [180] }),
      await run(2, { decoder: 1, packets: [180] }),
    ];
    // One of the two had the packet as its own.
    assert.deepEqual(results.map((result) => result.stats.packets.dropped_by.decoder).toSorted(), [0, 1]);
    for (const result of results) account(result, 1, result.stats.packets.dropped_by.decoder);
    const other = results.find((result) => result.stats.packets.dropped_by.decoder === 0);
    assert.equal(other && messages(other).length, 166);
  });

  it('with much in the ring: the rest of a long capture is decoded', async () => {
    const result = await run(2, { decoder: 0, packets: [1000, 5000], silently: true }, 'gm-many');
    const other = await run(2, { decoder: 1, packets: [1000, 5000] }, 'gm-many');
    for (const one of [result, other]) account(one, 2, one.stats.packets.dropped_by.decoder);
    assert.deepEqual([result, other].map((one) => one.stats.packets.dropped).toSorted(), [0, 2]);
  });
});
