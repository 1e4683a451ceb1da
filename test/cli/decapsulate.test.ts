/** `--decapsulate`: a capture inside tunnels yields the same lines as without. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { checkFilter } from '../../src/capture/libpcap/bpf-filter.js';
import { loadLibpcap } from '../../src/capture/libpcap/library.js';
import { defaultFilters } from '../../src/config/defaults.js';
import { ROOT } from '../helpers/project.js';
import { readInProcess } from '../helpers/read-in-process.js';
import { finalStats, type Line, linesOf, wiretail } from '../helpers/wiretail.js';
import { readCapture, recordsOf, withRecords } from './captures.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-tunnels-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const plain = gunzipSync(readCapture(`${ROOT}test/captures/gm-basic.pcap.gz`));

const ETHERNET = 14;

/** IPv4 192.0.2.1 -> 192.0.2.2. */
function ipv4(protocol: number, body: Buffer): Buffer {
  const header = Buffer.from('4500000000000000400000000000c0000201c0000202', 'hex').subarray(0, 20);
  header.set([192, 0, 2, 1, 192, 0, 2, 2], 12);
  header[9] = protocol;
  header.writeUInt16BE(20 + body.length, 2);
  return Buffer.concat([header, body]);
}

const TUNNELS: Readonly<Record<string, (frame: Buffer) => Buffer>> = {
  vxlan(frame) {
    const udp = Buffer.from('c35012b5000000000800000000000700', 'hex');
    udp.writeUInt16BE(16 + frame.length, 4);
    return ipv4(17, Buffer.concat([udp, frame]));
  },
  gre: (frame) =>
    ipv4(
      47,
      Buffer.concat([Buffer.from('3000080000000007', 'hex'), Buffer.alloc(4), frame.subarray(ETHERNET)]),
    ),
  ipip: (frame) => ipv4(4, frame.subarray(ETHERNET)),
};

function encapsulate(name: string): string {
  const path = join(directory, `${name}.pcap`);
  const records = recordsOf(plain).map((record) => {
    const frame = record.subarray(16);
    const outer = Buffer.concat([frame.subarray(0, ETHERNET), TUNNELS[name](frame)]);
    const header = Buffer.from(record.subarray(0, 16));
    header.writeUInt32LE(outer.length, 8);
    header.writeUInt32LE(outer.length, 12);
    return Buffer.concat([header, outer]);
  });
  writeFileSync(path, withRecords(plain, records));
  return path;
}

const records = (lines: readonly Line[]) =>
  lines.filter(({ event }) => !event.dataset.startsWith('wiretail.s'));

const path = join(directory, 'plain.pcap');
writeFileSync(path, plain);
const expected = await readInProcess([path]);

for (const name of Object.keys(TUNNELS)) {
  test(`${name}: the inner packets are decoded; without --decapsulate every packet is ignored`, {
    timeout: 90000,
  }, async () => {
    const file = encapsulate(name);
    const { lines, code } = await readInProcess([file, '--decapsulate', name]);
    assert.equal(code, 0);
    assert.deepEqual(records(lines), records(expected.lines));
    assert.deepEqual(lines[0].wiretail, {
      ...(expected.lines[0].wiretail as object),
      files: [file],
      decapsulate: [name],
    });
    const { packets } = finalStats(lines);
    assert.deepEqual([packets.seen, packets.decoded], [recordsOf(plain).length, recordsOf(plain).length]);
    const outer = finalStats((await readInProcess([file])).lines).packets;
    assert.deepEqual([outer.seen, outer.ignored_by.not_tcp], [packets.seen, packets.seen]);
  });

  test(`${name}: the default filter matches it, and compiles for every link type`, {
    timeout: 90000,
  }, async () => {
    const filters = defaultFilters({ gearman: [4730] }, [name as 'vxlan']);
    const ran = await readInProcess([encapsulate(name), '--decapsulate', name, '-f', filters[0]]);
    assert.deepEqual(records(ran.lines), records(expected.lines));
    const pcap = loadLibpcap();
    for (const link of [1, 101, 113, 276]) checkFilter(pcap, filters, link);
  });
}

test('several workers decapsulate to the same lines', { timeout: 90000 }, () => {
  const ran = wiretail(['read', encapsulate('vxlan'), '--decapsulate', 'vxlan,gre', '--workers', '3']);
  const sorted = (lines: readonly Line[]) =>
    records(lines)
      .map((line) => JSON.stringify(line))
      .sort();
  assert.deepEqual(sorted(linesOf(ran.stdout)), sorted(expected.lines));
});

test('an unknown tunnel is a usage error', { timeout: 90000 }, () => {
  const { code, stderr } = wiretail(['read', path, '--decapsulate', 'vxlan,geneve']);
  assert.equal(code, 2);
  assert.match(stderr, /^wiretail: --decapsulate vxlan,geneve: expected any of vxlan, gre, ipip/);
});
