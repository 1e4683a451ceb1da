/** Decoder threads that die are reported, counted and restarted, and the others continue. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { pino } from 'pino';
import type { Outputs } from '../../src/output/run-outputs.js';
import { Run } from '../../src/pipeline/threads/run.js';
import { capturePath } from '../helpers/captures.js';
import { PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import type { Death } from '../helpers/dying-decoder.js';

/** What these tests read of a record. */
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

/** The records of Gearman. */
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
  // All but the final line, which does not count itself.
  assert.equal(lines.written, result.records.length - 1);
  assert.equal(lines.dropped, 0);
  assert.ok(lines.lost >= 0);
}

afterEach(() => {
  delete process.env.DEATH;
});

for (const workers of [1, 2, 3]) {
  test(`with ${workers} decoders nothing is lost`, async () => {
    const result = await run(workers, undefined);
    account(result, 0, 0);
    assert.equal(result.stats.packets.decoded, 357);
    assert.equal(messages(result).length, 166);
    assert.equal(result.stats.lines.lost, 0);
    assert.equal(result.records[0].event.dataset, 'wiretail.start');
  });
}

test('a decoder that dies twice at its start loses nothing', async () => {
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

test('a crash loop ends the run, and every packet is accounted for', async () => {
  const result = await run(1, { decoder: 0, starts: 1000 });
  const { packets } = result.stats;
  assert.equal(result.code, 1);
  assert.equal(result.deaths.length, 10);
  assert.equal(packets.decoded + packets.ignored, 0);
  assert.equal(packets.seen, 357);
  assert.equal(packets.dropped, 357);
  assert.match(result.diagnostics, /dies repeatedly at the same packet/);
});

test('a thread that exits without an exception is reported with its exit code', async () => {
  const result = await run(1, { decoder: 0, starts: 1, silently: true });
  account(result, 1, 0);
  assert.match(result.deaths[0].message, /its thread exited with code 3$/);
  assert.equal(messages(result).length, 166);
});

test('a packet that kills its decoder is lost; the others are decoded', async () => {
  const whole = await run(1, undefined);
  const result = await run(1, { decoder: 0, packets: [200] });
  account(result, 1, 1);
  const numbers = (of: Result) => messages(of).map((record) => record.packet?.number ?? 0);
  // The lines of packets before it are complete.
  assert.equal(result.stats.lines.lost, 0);
  const before = (of: Result) => numbers(of).filter((number) => number < 200);
  assert.deepEqual(before(result), before(whole));
  // Connections that begin after it are complete.
  assert.deepEqual(
    numbers(result).filter((number) => number > 300),
    numbers(whole).filter((number) => number > 300),
  );
});

test('several packets that kill their decoder are each lost', async () => {
  const result = await run(1, { decoder: 0, packets: [1, 150, 357] });
  account(result, 3, 3);
  assert.equal(result.stats.lines.lost, 0);
  assert.ok(messages(result).length > 140);
});

test('a packet that makes its decoder exit is lost', async () => {
  const result = await run(1, { decoder: 0, packets: [150], silently: true });
  account(result, 1, 1);
});

test('the death of a decoder at its start loses no packets of others', async () => {
  // Gearman is one service here, decoded by one decoder; which one depends on its address.
  for (const decoder of [0, 1, 2]) {
    const result = await run(3, { decoder, starts: 1 });
    account(result, 1, 0);
    assert.equal(messages(result).length, 166);
  }
});

test('a packet that kills the decoder of another shard is not lost', async () => {
  const results = [
    await run(2, { decoder: 0, packets: [180] }),
    await run(2, { decoder: 1, packets: [180] }),
  ];
  // The packet belongs to one of the two.
  assert.deepEqual(results.map((result) => result.stats.packets.dropped_by.decoder).toSorted(), [0, 1]);
  for (const result of results) account(result, 1, result.stats.packets.dropped_by.decoder);
  const other = results.find((result) => result.stats.packets.dropped_by.decoder === 0);
  assert.equal(other && messages(other).length, 166);
});

test('packets after the death of a decoder are decoded, also with a full ring', async () => {
  const result = await run(2, { decoder: 0, packets: [1000, 5000], silently: true }, 'gm-many');
  const other = await run(2, { decoder: 1, packets: [1000, 5000] }, 'gm-many');
  for (const each of [result, other]) account(each, 2, each.stats.packets.dropped_by.decoder);
  assert.deepEqual([result, other].map(({ stats }) => stats.packets.dropped).toSorted(), [0, 2]);
});
