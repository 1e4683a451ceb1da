/** Builds hellos and records. */

const u8 = (value: number): Buffer => Buffer.from([value]);
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** A vector with its length in front. */
function vector(lengthBytes: 1 | 2, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([lengthBytes === 1 ? u8(body.length) : u16(body.length), body]);
}

const extension = (type: number, body: Uint8Array): Buffer => Buffer.concat([u16(type), vector(2, body)]);

export const serverName = (name: string): Buffer => extension(0, vector(2, u8(0), vector(2, name)));
export const alpn = (...names: readonly (string | Uint8Array)[]): Buffer =>
  extension(16, vector(2, ...names.map((name) => vector(1, name))));
export const offered = (...versions: readonly number[]): Buffer =>
  extension(43, vector(1, ...versions.map(u16)));
export const chosen = (version: number): Buffer => extension(43, u16(version));
export const padding = (bytes: number): Buffer => extension(21, Buffer.alloc(bytes));

function message(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([u8(type), u8(body.length >> 16), u16(body.length & 0xffff), body]);
}

export function clientHello(version: number, ...extensions: readonly Uint8Array[]): Buffer {
  const fixed = [u16(version), Buffer.alloc(32, 7), vector(1, Buffer.alloc(32, 9))];
  const suites = vector(2, u16(0x0a0a), u16(0x1301), u16(0xc02f));
  return message(1, Buffer.concat([...fixed, suites, vector(1, u8(0)), vector(2, ...extensions)]));
}

export function serverHello(version: number, ...extensions: readonly Uint8Array[]): Buffer {
  const fixed = [u16(version), Buffer.alloc(32, 7), vector(1), u16(0x1301), u8(0)];
  return message(2, Buffer.concat([...fixed, ...(extensions.length > 0 ? [vector(2, ...extensions)] : [])]));
}

export function record(content: number, fragment: Uint8Array, version = 0x0303): Buffer {
  return Buffer.concat([u8(content), u16(version), vector(2, fragment)]);
}

/** A message, split into records of `size` bytes. */
export function records(content: number, whole: Uint8Array, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < whole.length; at += size) parts.push(record(content, whole.subarray(at, at + size)));
  return Buffer.concat(parts);
}
