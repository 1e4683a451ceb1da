/**
 * A real GlusterFS cluster, from the first start of its daemons to their end: three nodes, a volume of three replicas, and a
 * program that makes every file operation that a mount can make, captured live and by tcpdump. Everything must be
 * decoded, and the lines must have the program's operations as it made them.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordSchema } from '../../src/protocols/decoders.js';
import { BRIDGE, type Cluster, createCluster } from '../helpers/gluster-cluster.js';
import { whyNoGluster } from '../helpers/gluster-skip.js';
import { startTcpdump } from '../helpers/tcpdump.js';
import { finalStats, type Line, linesOf, startCapture, until, wiretail } from '../helpers/wiretail.js';
import { waitForCapture } from './capture-marker.js';
import { type Found, findSteps } from './gluster-match.js';
import { byStream, type Fields, type Message, messagesOf } from './gluster-messages.js';
import type { Transcript } from './gluster-transcript.js';

const WORKLOAD = fileURLToPath(new URL('./gluster-workload.js', import.meta.url));
const OPTIONS = ['--view', 'messages', '--detail', 'full', '--max-line', '0'];
const skip = whyNoGluster('tcpdump', 'setfacl', 'getfacl');

/** Calls that the program does not make itself: those of replication and of the daemons. */
const BACKGROUND_CALLS: Readonly<Record<string, readonly string[]>> = {
  'gluster.fop': ['ENTRYLK', 'FINODELK', 'FXATTROP', 'INODELK', 'STAT', 'XATTROP'],
  'gluster.handshake': ['GETSPEC', 'SETVOLUME'],
  'gluster.dump': ['DUMP', 'PING'],
  'gluster.portmap': ['PORTBYBRICK'],
  'gluster.callback': ['CACHE_INVALIDATION', 'FETCHSPEC'],
  'gluster.friend': ['PROBE_QUERY', 'FRIEND_ADD', 'FRIEND_UPDATE'],
  'gluster.mgmt': ['LOCK', 'PRE_VALIDATE', 'COMMIT', 'POST_VALIDATE', 'UNLOCK'],
  'gluster.peer_handshake': ['VERSIONS', 'VERSIONS_ACK'],
};

const countOf = (messages: readonly Message[]) => {
  const counts: Record<string, number> = {};
  for (const { dataset, action, type } of messages) {
    const name = `${dataset} ${action} ${type}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

suite('a real GlusterFS cluster, captured live', { skip, timeout: 180000 }, () => {
  let cluster: Cluster;
  let transcript: Transcript;
  let lines: Line[];
  let linesOfFile: Line[];
  let live: Message[];
  let file: string;
  let found: Found[];
  after(() => cluster?.remove());

  before(async () => {
    cluster = await createCluster();
    file = join(cluster.folder, 'live.pcap');
    const stopTcpdump = await startTcpdump(cluster.fabric, BRIDGE, file);
    const capture = await startCapture(cluster.fabric, ['-i', BRIDGE, '--promiscuous', ...OPTIONS]);
    await cluster.begin();
    transcript = JSON.parse(cluster.client.run(process.execPath, WORKLOAD, cluster.mount));
    await cluster.end();
    await waitForCapture(cluster, file);
    assert.match(await stopTcpdump(), /\n0 packets dropped by kernel/);
    const ran = wiretail(['read', file, ...OPTIONS]);
    assert.equal(ran.code, 0, ran.stderr);
    linesOfFile = linesOf(ran.stdout);
    const expected = messagesOf(linesOfFile).length;
    const captured = () => messagesOf(capture.lines()).length;
    await until(
      () => captured() >= expected,
      () => `${captured()} of ${expected} messages`,
    );
    const { code } = await capture.stop();
    assert.equal(code, 0, capture.stderr());
    lines = capture.lines();
    live = messagesOf(lines);
  });

  test('everything is decoded', (t) => {
    const anomalies = lines.filter((line) => line.event.dataset === 'wiretail.anomaly');
    assert.deepEqual(anomalies, []);
    for (const { line, dataset, action, gluster, type } of live) {
      assert.notEqual(dataset, 'rpc.other', line.message);
      assert.doesNotMatch(action, /^(proc-\d+|reply)$/, line.message);
      assert.equal(line.wiretail, undefined, line.message);
      // These two have no struct.
      if (type === 'call' && ['PING', 'FETCHSPEC'].includes(action)) continue;
      assert.ok(gluster[type === 'call' ? 'request' : 'response'], line.message);
    }
    const { decoder } = finalStats(lines).packets.dropped_by;
    assert.equal(decoder, 0);
    t.diagnostic(`${live.length} messages of ${new Set(live.map(({ action }) => action)).size} procedures`);
  });

  test('every reply has its call, and every call but callbacks its reply', () => {
    for (const message of live) {
      const { line, type, call, reply, action, dataset } = message;
      if (dataset === 'gluster.callback') assert.equal(type, 'call', line.message);
      else if (type === 'call') assert.ok(reply, `no reply: ${line.message}`);
      else assert.equal(call?.action, action, line.message);
    }
  });

  test('the operations of the program are in the lines, in their order, as it made them', (t) => {
    const bricks = cluster.servers.length;
    found = [
      ...findSteps(
        live,
        transcript.steps.filter((step) => step.contender !== true),
        bricks,
      ),
      ...findSteps(
        live,
        transcript.steps.filter((step) => step.contender === true),
        bricks,
      ),
    ];
    const actions = new Set(found.flatMap(({ step }) => step.calls.map((call) => call.action)));
    t.diagnostic(`${found.length} steps, ${actions.size} procedures: ${[...actions].sort().join(' ')}`);
  });

  test('a blocked lock is granted after the other client unlocks', () => {
    const callsOf = (what: string, contender: boolean) => {
      const match = found.find(({ step }) => step.what === what && (step.contender ?? false) === contender);
      return match?.calls[0] as readonly Message[];
    };
    const released = callsOf('unlock', false)[0];
    const waited = callsOf('wait for a lock', true).find(({ to }) => to === released.to) as Message;
    assert.ok(waited.index < released.index, 'it was requested before');
    assert.ok((waited.reply?.index ?? 0) > released.index, 'it was granted after');
  });

  test('the bytes written and read are as many as the program counted', () => {
    const written = new Map<string, number>();
    let read = 0;
    for (const { action, type, to, rpc } of live) {
      const bytes = Number(rpc.payload_bytes ?? 0);
      if (action === 'WRITE' && type === 'call') written.set(to, (written.get(to) ?? 0) + bytes);
      if (action === 'READ' && type === 'reply') read += bytes;
    }
    assert.deepEqual(
      [...written.values()],
      cluster.servers.map(() => transcript.written),
    );
    assert.equal(read, transcript.read);
  });

  test('a long listing is complete', () => {
    const names = new Set<unknown>();
    for (const { action, gluster } of live) {
      if (action !== 'READDIRP') continue;
      const { reply } = (gluster.response ?? {}) as { reply?: readonly Fields[] };
      for (const entry of reply ?? []) names.add(entry.name);
    }
    assert.ok(transcript.listed.length > 100);
    for (const name of transcript.listed) assert.ok(names.has(name), name);
  });

  test('background calls of the cluster are in the lines', () => {
    const counts = countOf(live);
    for (const [dataset, actions] of Object.entries(BACKGROUND_CALLS)) {
      for (const action of actions)
        assert.ok(counts[`${dataset} ${action} call`] > 0, `${dataset} ${action}`);
    }
  });

  test('the file that tcpdump wrote has the same messages', () => {
    const fromFile = messagesOf(linesOfFile);
    assert.deepEqual(countOf(fromFile), countOf(live));
    const [ours, others] = [byStream(live), byStream(fromFile)];
    assert.deepEqual([...others.keys()].sort(), [...ours.keys()].sort());
    for (const [name, messages] of ours) {
      // Two captures have two clocks.
      const isTime = (name: string) => name === 'since' || name === 'waited';
      // Whether a reply sent during SETVOLUME has the client depends on which direction a capture gets first.
      const answered = messages.findIndex(({ action, type }) => action === 'SETVOLUME' && type === 'reply');
      const shown = ({ action, rpc, gluster }: Message, i: number) => {
        const { volume, brick, brick_host, client, ...rest } = gluster;
        const fields = i < answered ? rest : { ...rest, volume, brick, brick_host, client };
        return JSON.stringify([action, rpc, fields], (name, value) => (isTime(name) ? undefined : value));
      };
      assert.deepEqual(others.get(name)?.map(shown), messages.map(shown), name);
    }
  });

  test('in the calls view each call is a line with its latency', () => {
    const { code, stdout, stderr } = wiretail(['read', file]);
    assert.equal(code, 0, stderr);
    const calls = linesOf(stdout).filter((line) => line.rpc !== undefined);
    const counts: Record<string, number> = {};
    for (const { event, message } of calls) {
      const name = `${event.dataset} ${event.action} call`;
      counts[name] = (counts[name] ?? 0) + 1;
      if (event.dataset === 'gluster.callback') continue;
      assert.ok(event.duration !== undefined && event.duration > 0, message);
    }
    assert.deepEqual(counts, countOf(live.filter(({ type }) => type === 'call')));
  });

  test('every line validates against the schema', () => {
    const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(recordSchema());
    for (const line of lines) {
      const text = JSON.stringify(line);
      assert.ok(validate(line), `${JSON.stringify(validate.errors?.slice(0, 3))}\n${text.slice(0, 2000)}`);
    }
  });

  test('all packets are accounted for', () => {
    const { packets, lines: written } = finalStats(lines);
    const { seen, decoded, ignored, dropped, waiting, dropped_by } = packets;
    assert.equal(dropped, 0, JSON.stringify(dropped_by));
    assert.equal(waiting, 0);
    assert.equal(seen, decoded + ignored);
    assert.deepEqual(
      Object.values(dropped_by).filter((count) => count !== 0),
      [],
    );
    assert.equal(written.dropped, 0);
    assert.equal(written.lost, 0);
    assert.equal(decoded, finalStats(linesOfFile).packets.decoded);
  });
});
