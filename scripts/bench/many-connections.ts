// Packets of many connections that stay open, and of a client that looks up the names of many files. The start of each
// connection is copied from real captures; the lookups are synthetic, as of GlusterFS 4 and later.
import { spawnSync } from 'node:child_process';
import { Flags, frame, partsOf, setAddresses } from './frames.js';
import { type Endpoint, type Line, MAIN, parseLine } from './lab.js';
import { captureOf, packetsOf, readCapture } from './traffic.js';

const RECORD_HEADER = 16;
const GLUSTER_SERVER = '10.0.0.1';
const GEARMAN_SERVER = '10.0.0.2';
const LISTER = '10.127.0.1';

/** GLUSTERFS_FOP of version 400: rpc/rpc-lib/src/protocol-common.h. */
const PROGRAM = 1298437;
const VERSION = 400;
const Procedure = { STAT: 1, LOOKUP: 27, READDIRP: 40 };
const LAST_FRAGMENT = 0x80000000;
const DIRECTORY = 0o040755;
const FILE = 0o100644;
/** Kind of file that a made-up gfid stands for. */
const Kind = { directory: 2, file: 3 };

interface Packet {
  toServer: boolean;
  bytes: Buffer;
}

/**
 * The first packets of a connection in a capture, up to the packet of the first line that matches.
 * @param name of the capture
 */
function openingPackets(name: string, matches: (line: Line) => boolean): Packet[] {
  const { stdout } = spawnSync(process.execPath, [MAIN, 'read', '--view', 'messages', captureOf(name)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const lines = stdout.trim().split('\n');
  const line = lines.map((text) => parseLine(text)).find(matches);
  if (line === undefined) throw new Error(`${name} has no line of that kind`);
  const ends = [line.source, line.destination];
  const isSame = (a: Endpoint, b: Endpoint | undefined) => a.ip === b?.ip && a.port === b.port;
  const pcap = readCapture(captureOf(name));
  const packets: Packet[] = [];
  let client: Endpoint | undefined;
  for (const { at, end } of [...packetsOf(pcap)].slice(0, line.packet?.number)) {
    const bytes = pcap.subarray(at + RECORD_HEADER, end);
    // IPv4 and TCP.
    if (bytes.readUInt16BE(12) !== 0x0800 || bytes[23] !== 6) continue;
    const { from, to, flags } = partsOf(bytes);
    const mine = [from, to].every((endpoint) => ends.some((other) => isSame(endpoint, other)));
    if (!mine || isSame(from, to)) continue;
    if (flags === Flags.syn) client = from;
    if (client !== undefined) packets.push({ toServer: isSame(from, client), bytes: Buffer.from(bytes) });
  }
  if (packets.length < 4) throw new Error(`${name}: the start of the connection is missing`);
  return packets;
}

/** Connection starts: up to the reply to SETVOLUME of a Gluster client, and up to PRE_SLEEP of a Gearman worker. */
const openings = () => ({
  gluster: openingPackets(
    'g-fops-all',
    ({ event, rpc }) => event.action === 'SETVOLUME' && rpc?.type === 'reply',
  ),
  gearman: openingPackets('gm-many', ({ event }) => event.action === 'PRE_SLEEP'),
});

function* moved(packets: Packet[], client: string, server: string) {
  for (const { toServer, bytes } of packets) {
    const copy = Buffer.from(bytes);
    if (toServer) setAddresses(copy, client, server);
    else setAddresses(copy, server, client);
    yield copy;
  }
}

/** Starts of connections that stay open, half of each protocol, each from a client of its own. */
export function* connections(count: number) {
  const { gluster, gearman } = openings();
  for (let n = 0; n < count; n++) {
    const client = `10.${128 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
    if (n % 2 === 0) yield* moved(gluster, client, GLUSTER_SERVER);
    else yield* moved(gearman, client, GEARMAN_SERVER);
  }
}

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
};

/** An absent gfx_dict: dict_to_xdr() of rpc/xdr/src/glusterfs3.h. */
const NO_DICT = words(0, -1, 0);

/** An XDR string: length, bytes, padding. */
function string(text: string) {
  const bytes = Buffer.alloc(4 + ((text.length + 3) & ~3));
  bytes.writeUInt32BE(text.length, 0);
  bytes.write(text, 4, 'latin1');
  return bytes;
}

const ROOT_GFID = words(0, 0, 0, 1);
const gfid = (kind: number, n: number) =>
  words(Math.imul(n + 1, 0x9e3779b1), Math.imul(n + 1, 0x85ebca6b), n, kind);

/** gfx_iattx of rpc/xdr/src/glusterfs4-xdr.x: 148 bytes. */
function iatt(id: Buffer, mode: number) {
  const bytes = Buffer.alloc(148);
  id.copy(bytes);
  bytes.writeUInt32BE(1, 128);
  bytes.writeUInt32BE(mode, 144);
  return bytes;
}

/** Unique names of the n-th directory and file. */
const directoryName = (n: number) => `directory-${n}`;
const fileName = (n: number) => `report-${String(n).padStart(9, '0')}.dat`;

/** Files in a directory; a listing of it fits into one packet. */
export const FILES_EACH = 249;

/** @param n number of the file */
export const pathOf = (n: number) => `/${directoryName(Math.floor(n / FILES_EACH))}/${fileName(n)}`;

/** Packets of a client that lists directories and calls STAT on one connection. */
export function newListingClient() {
  const { gluster } = openings();
  const [syn] = gluster;
  const { from, to } = partsOf(syn.bytes);
  const client = { ip: LISTER, port: from.port };
  const server = { ip: GLUSTER_SERVER, port: to.port };
  /** Next sequence number of each direction. */
  const next = { client: 0, server: 0 };
  let xid = 0x10000;

  const message = (toServer: boolean, parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const data = Buffer.concat([words(LAST_FRAGMENT | body.length), body]);
    const [a, b] = toServer ? [client, server] : [server, client];
    const [mine, theirs] = toServer ? [next.client, next.server] : [next.server, next.client];
    if (toServer) next.client += data.length;
    else next.server += data.length;
    return frame(a, b, mine, theirs, Flags.pushAck, data);
  };
  /** A call and its reply without credentials (RFC 5531). */
  function* call(procedure: number, request: Buffer[], response: Buffer[]) {
    xid++;
    yield message(true, [words(xid, 0, 2, PROGRAM, VERSION, procedure, 0, 0, 0, 0), ...request]);
    yield message(false, [words(xid, 1, 0, 0, 0, 0), ...response]);
  }

  return {
    *begin() {
      for (const bytes of moved(gluster, LISTER, GLUSTER_SERVER)) {
        const { from, sequence, length, flags } = partsOf(bytes);
        const after = sequence + length + (flags & Flags.syn ? 1 : 0);
        if (from.ip === LISTER) next.client = after;
        else next.server = after;
        yield bytes;
      }
    },
    /** Looks up and lists directories. */
    *list(directories: number) {
      for (let n = 0; n < directories; n++) {
        const directory = gfid(Kind.directory, n);
        const attributes = iatt(directory, DIRECTORY);
        const lookup = [Buffer.alloc(16), ROOT_GFID, words(0), string(directoryName(n)), NO_DICT];
        yield* call(Procedure.LOOKUP, lookup, [words(0, 0), NO_DICT, attributes, iatt(ROOT_GFID, DIRECTORY)]);
        const entries: Buffer[] = [];
        for (let i = 0; i < FILES_EACH; i++) {
          const file = n * FILES_EACH + i;
          const stat = iatt(gfid(Kind.file, file), FILE);
          // value_follows, d_ino, d_off, d_len, d_type (a regular file).
          entries.push(words(1, 0, i + 1, 0, i + 1, 24, 8), string(fileName(file)), stat, NO_DICT);
        }
        const request = [directory, words(0, 0, 0, 0, 131072), NO_DICT];
        yield* call(Procedure.READDIRP, request, [words(FILES_EACH, 0), NO_DICT, ...entries, words(0)]);
      }
    },
    /** Calls STAT on files by gfid alone. */
    *stat(files: number[]) {
      for (const n of files) {
        const id = gfid(Kind.file, n);
        yield* call(Procedure.STAT, [id, NO_DICT], [words(0, 0), NO_DICT, iatt(id, FILE)]);
      }
    },
  };
}
