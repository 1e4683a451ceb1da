/**
 * Every message of GlusterFS in the captures, field by field, against the truth beside them. The truth
 * (NAME.truth.ndjson.gz) is what GlusterFS's own library, libgfxdr 10.3, reads; the captures are real
 * traffic of GlusterFS 10.3 (g-*), and what that library's encoders make of random valid structs (gen-*).
 *
 * More of the like, not kept here, are compared by
 *
 *     TRUTH_DIR=FOLDER node --test build/test/compare/gluster-truth.test.js
 *
 * with pairs NAME.pcap and NAME.ndjson in the folder, each gzipped or not.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
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

/** Differences that are shown; the rest is counted. */
const Shown = 20;

const ours: readonly Pair[] = [...captureNames('g-'), ...captureNames('gen-')]
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
    const truth = files.find((other) => other === `${name}.ndjson` || other === `${name}.ndjson.gz`);
    if (name !== undefined && truth !== undefined) {
      pairs.push({ name, capture: `${folder}/${file}`, truth: `${folder}/${truth}` });
    }
  }
  return pairs;
}

function report(t: TestContext, { all, programs, differences }: Compared): void {
  const of = (name: string, { messages, equal, malformed }: typeof all) =>
    `${name}: ${messages} messages, ${equal} equal, ${messages - equal} different, ${malformed} malformed or cut`;
  t.diagnostic(of(t.name, all));
  for (const [name, tally] of [...programs].sort()) t.diagnostic(of(`  ${name}`, tally));
  const shown = differences.slice(0, Shown);
  const more = differences.length - shown.length;
  assert.equal(differences.length, 0, `${shown.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`);
}

/** No two objects alike by JSON.stringify() differ, names and order included. */
const text = (value: unknown) => JSON.stringify(value) ?? 'nothing';

describe("GlusterFS's messages as its own library reads them", () => {
  it('has captures of all kinds', () => {
    assert.ok(ours.filter(({ name }) => name.startsWith('g-')).length >= 10);
    assert.ok(ours.filter(({ name }) => name.startsWith('gen-')).length >= 4);
  });

  for (const pair of [...ours, ...pairsIn(process.env.TRUTH_DIR)]) {
    it(pair.name, async (t) => {
      const truths = readTruth(pair);
      const messages = await readAll(pair.capture, 'messages');
      report(t, compareMessages(messages, truths));
      // Nothing else is said, but of calls that the connection's end left without a reply.
      const anomalies = messages.filter(({ event }) => event.dataset === 'wiretail.anomaly');
      assert.deepEqual(
        anomalies.filter(({ event }) => event.action !== 'unanswered'),
        [],
      );

      // Without the structs, most fields are passed over by another reader: what is shown must be the same, but for what
      // is in the full detail only.
      const brief = await readAll(pair.capture, 'messages', 'summary');
      const shown = (lines: readonly RpcLine[]) =>
        lines.filter(({ rpc }) => rpc !== undefined).map((line) => text(inSummary(line)));
      const [full, summary] = [shown(messages), shown(brief)];
      summary.forEach((line, i) => {
        assert.equal(line, full[i]);
      });
      assert.equal(summary.length, full.length);

      const calls = await readAll(pair.capture, 'calls');
      assert.deepEqual(shownPairs(calls), expectedPairs(truths));
      // The same structs and credentials as in the other view.
      const byPart = new Map<string, RpcParts>();
      for (const { packet, rpc, gluster, source, destination } of messages) {
        if (rpc === undefined) continue;
        const client = rpc.type === 'call' ? source : destination;
        byPart.set(text([rpc.type, packet.number, rpc.xid, client]), { rpc, gluster });
      }
      for (const { packet, rpc, gluster, source } of calls) {
        if (rpc === undefined) continue;
        const of = (type: string, number: number) => byPart.get(text([type, number, rpc.xid, source]));
        const call = of('call', packet.number);
        const reply = packet.reply_number === undefined ? undefined : of('reply', packet.reply_number);
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
});

type Fields = Readonly<Record<string, unknown>>;

/** A message of the full detail as it is in the summary. */
function inSummary({ gluster, rpc, ...line }: RpcLine): object {
  const { auth } = rpc ?? {};
  const introduces = line.event.action === 'SETVOLUME' && rpc?.type === 'call';
  const known = gluster && without(gluster, 'request', 'response');
  return {
    ...line,
    rpc: auth ? { ...rpc, auth: without(auth as Fields, 'flags', 'ctime_nsec', 'ctime_sec') } : rpc,
    gluster: known && !introduces ? withoutMounts(known) : known,
  };
}

/** Of this client, and of those that hold its lock. */
function withoutMounts(known: Fields): unknown {
  return JSON.parse(JSON.stringify(known, (name, value) => (name === 'mount_id' ? undefined : value)));
}

function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

interface RpcParts {
  readonly rpc: Readonly<Record<string, unknown>>;
  readonly gluster: Readonly<Record<string, unknown>> | undefined;
}
