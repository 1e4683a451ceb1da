/**
 * Compares every GlusterFS message of the captures, field by field, with the truth file beside each capture. The truth
 * (NAME.truth.ndjson.gz) is what GlusterFS's own library, libgfxdr 10.3, decodes; the captures are real traffic of
 * GlusterFS 10.3 (g-*), and random valid structs encoded by that library (gen-*).
 *
 * More pairs NAME.pcap and NAME.ndjson, each gzipped or not, in a folder:
 *
 *     TRUTH_DIR=FOLDER node --test build/test/compare/gluster-truth.test.js
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { captureNames, capturePath } from '../helpers/captures.js';
import { ROOT } from '../helpers/project.js';
import {
  type Compared,
  compareMessages,
  expectedPairs,
  type Pair,
  type RpcLine,
  readAll,
  readTruth,
  shownPairs,
} from './truth.js';

/** Differences that are shown; the others are counted. */
const SHOWN_DIFFERENCES = 20;

const PAIRS: readonly Pair[] = [...captureNames('g-'), ...captureNames('gen-')]
  .map((name) => ({
    name,
    capture: capturePath(name),
    truth: `${ROOT}test/captures/${name}.truth.ndjson.gz`,
  }))
  .filter(({ truth }) => existsSync(truth));

function pairsIn(folder: string | undefined): Pair[] {
  if (folder === undefined) return [];
  const files = readdirSync(folder).sort();
  const pairs: Pair[] = [];
  for (const file of files) {
    const name = /^(.*)\.pcap(?:\.gz)?$/.exec(file)?.[1];
    const truth = files.find(
      (candidate) => candidate === `${name}.ndjson` || candidate === `${name}.ndjson.gz`,
    );
    if (name !== undefined && truth !== undefined) {
      pairs.push({ name, capture: `${folder}/${file}`, truth: `${folder}/${truth}` });
    }
  }
  return pairs;
}

function report(t: TestContext, { all, programs, differences }: Compared): void {
  const counts = (name: string, { messages, equal, malformed }: typeof all) =>
    `${name}: ${messages} messages, ${equal} equal, ${messages - equal} different, ${malformed} malformed or cut`;
  t.diagnostic(counts(t.name, all));
  for (const [name, tally] of [...programs].sort()) t.diagnostic(counts(`  ${name}`, tally));
  const shown = differences.slice(0, SHOWN_DIFFERENCES);
  const more = differences.length - shown.length;
  assert.equal(differences.length, 0, `${shown.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`);
}

/** Equal texts mean equal values, with the same names in the same order. */
const text = (value: unknown) => JSON.stringify(value) ?? 'nothing';

test('there are captures of all kinds', () => {
  assert.ok(PAIRS.filter(({ name }) => name.startsWith('g-')).length >= 10);
  assert.ok(PAIRS.filter(({ name }) => name.startsWith('gen-')).length >= 4);
});

for (const pair of [...PAIRS, ...pairsIn(process.env.TRUTH_DIR)]) {
  test(`${pair.name}: messages as GlusterFS's own library decodes them`, async (t) => {
    const truths = readTruth(pair);
    const messages = await readAll(pair.capture, 'messages');
    report(t, compareMessages(messages, truths));
    // The only anomalies are calls without a reply at the end of their connection.
    const anomalies = messages.filter(({ event }) => event.dataset === 'wiretail.anomaly');
    assert.deepEqual(
      anomalies.filter(({ event }) => event.action !== 'unanswered'),
      [],
    );

    // The summary's reader skips most fields: its lines must be the same, except for what only the full detail shows.
    const summaryLines = await readAll(pair.capture, 'messages', 'summary');
    const shown = (lines: readonly RpcLine[]) =>
      lines.filter(({ rpc }) => rpc !== undefined).map((line) => text(inSummary(line)));
    const [full, summary] = [shown(messages), shown(summaryLines)];
    summary.forEach((line, i) => {
      assert.equal(line, full[i]);
    });
    assert.equal(summary.length, full.length);

    const calls = await readAll(pair.capture, 'calls');
    assert.deepEqual(shownPairs(calls), expectedPairs(truths));
    // Structs and credentials are the same as in the messages view.
    const byPart = new Map<string, RpcParts>();
    for (const { packet, rpc, gluster, source, destination } of messages) {
      if (rpc === undefined) continue;
      const client = rpc.type === 'call' ? source : destination;
      byPart.set(text([rpc.type, packet.number, rpc.xid, client]), { rpc, gluster });
    }
    for (const { packet, rpc, gluster, source } of calls) {
      if (rpc === undefined) continue;
      const partOf = (type: string, number: number) => byPart.get(text([type, number, rpc.xid, source]));
      const call = partOf('call', packet.number);
      const reply = packet.reply_number === undefined ? undefined : partOf('reply', packet.reply_number);
      const where = `packet ${packet.number}`;
      assert.equal(text(rpc.auth), text(call?.rpc.auth), where);
      assert.equal(text(gluster?.request), text(call?.gluster?.request), where);
      assert.equal(text(gluster?.response), text(reply?.gluster?.response), where);
      for (const name of ['accept_status', 'reject_status', 'auth_status', 'mismatch']) {
        assert.equal(text(rpc[name]), text(reply?.rpc[name]), where);
      }
    }
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** A message of the full detail, reduced to what the summary shows. */
function inSummary({ gluster, rpc, ...line }: RpcLine): object {
  const { auth } = rpc ?? {};
  const introduces = line.event.action === 'SETVOLUME' && rpc?.type === 'call';
  const described = gluster && without(gluster, 'request', 'response');
  return {
    ...line,
    rpc: auth ? { ...rpc, auth: without(auth as Fields, 'flags', 'ctime_nsec', 'ctime_sec') } : rpc,
    gluster: described && !introduces ? withoutMounts(described) : described,
  };
}

/** Without the mount ids of the client and of lock holders. */
function withoutMounts(described: Fields): unknown {
  return JSON.parse(JSON.stringify(described, (name, value) => (name === 'mount_id' ? undefined : value)));
}

function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

interface RpcParts {
  readonly rpc: Readonly<Record<string, unknown>>;
  readonly gluster: Readonly<Record<string, unknown>> | undefined;
}
