/** ClientHello and ServerHello (RFC 8446, section 4.1): the fields that records show. */
import { ContentType, fragmentLength, HEADER_BYTES, isPlausibleRecord } from '../tls-record.js';

export const HandshakeType = { clientHello: 1, serverHello: 2 } as const;

/** The first message of a direction: a hello, an alert, or neither if both are absent. */
interface FirstMessage {
  type?: number;
  body?: Uint8Array;
  alert?: number;
}

const MESSAGE_HEADER_BYTES = 4;

/**
 * Assembles the first message from the records in bytes[start, end), over which it may be split in any way (RFC 8446,
 * section 5.1). Undefined: more bytes are needed.
 */
export function readFirstMessage(bytes: Uint8Array, start: number, end: number): FirstMessage | undefined {
  const message = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; ) {
    if (!isPlausibleRecord(bytes, at, end)) return {};
    if (at + HEADER_BYTES > end) return undefined;
    const fragment = at + HEADER_BYTES;
    const size = fragmentLength(bytes, at);
    // Level and description; an encrypted alert is longer.
    if (bytes[at] === ContentType.alert && size === 2) {
      return fragment + 2 > end ? undefined : { alert: bytes[fragment + 1] };
    }
    if (bytes[at] !== ContentType.handshake) return {};
    at = Math.min(end, fragment + size);
    message.set(bytes.subarray(fragment, at), length);
    length += at - fragment;
    if (length < MESSAGE_HEADER_BYTES) continue;
    const [type, high, middle, low] = message;
    if (type !== HandshakeType.clientHello && type !== HandshakeType.serverHello) return {};
    const whole = MESSAGE_HEADER_BYTES + ((high << 16) | (middle << 8) | low);
    if (length >= whole) return { type, body: message.subarray(MESSAGE_HEADER_BYTES, whole) };
  }
  return undefined;
}

export interface Hello {
  /** The version that the server chose, or the highest that the client offers: 0x0303 is TLS 1.2. */
  version: number;
  /** The host name that the client asks for (RFC 6066, section 3). */
  serverName: string | undefined;
  /** The protocols that the client offers, or the one that the server chose (ALPN, RFC 7301). */
  protocols: string[];
}

const Extension = { serverName: 0, alpn: 16, supportedVersions: 43 } as const;

const SERVER_NAME_LIMIT = 255;
const PROTOCOLS_LIMIT = 8;

/** Reads the body of a hello, the message without its header. Undefined: malformed. */
export function readHello(bytes: Uint8Array, isClient: boolean): Hello | undefined {
  const end = bytes.length;
  // Version, random, and the length of the session id.
  if (end < 35) return undefined;
  let at = 35 + bytes[34];
  if (isClient) {
    if (at + 2 > end) return undefined;
    at += 2 + u16(bytes, at);
    if (at + 1 > end) return undefined;
    at += 1 + bytes[at];
  } else {
    // The chosen cipher suite and compression.
    at += 3;
  }
  if (at > end) return undefined;
  const hello: Hello = { version: u16(bytes, 0), serverName: undefined, protocols: [] };
  // Extensions are optional before TLS 1.3.
  if (at === end) return hello;
  if (at + 2 > end || at + 2 + u16(bytes, at) > end) return undefined;
  const stop = at + 2 + u16(bytes, at);
  at += 2;
  while (at + 4 <= stop) {
    const next = at + 4 + u16(bytes, at + 2);
    if (next > stop) return undefined;
    readExtension(hello, u16(bytes, at), bytes, at + 4, next, isClient);
    at = next;
  }
  return at === stop ? hello : undefined;
}

function readExtension(
  hello: Hello,
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  isClient: boolean,
): void {
  if (type === Extension.supportedVersions) {
    // TLS 1.3 has 1.2 in the legacy field: the extension decides. The client sends a list.
    const first = isClient ? start + 1 : start;
    for (let at = first; at + 2 <= end; at += 2) {
      const version = u16(bytes, at);
      if (version in VERSION_NAMES && version > hello.version) hello.version = version;
    }
  } else if (type === Extension.serverName && isClient) {
    // A list with one entry: type 0, a length, the name. That of a server is empty.
    if (start + 5 <= end && bytes[start + 2] === 0) {
      const length = Math.min(u16(bytes, start + 3), end - start - 5, SERVER_NAME_LIMIT);
      hello.serverName = text(bytes, start + 5, start + 5 + length);
    }
  } else if (type === Extension.alpn) {
    for (let at = start + 2; at < end && hello.protocols.length < PROTOCOLS_LIMIT; ) {
      const next = Math.min(end, at + 1 + bytes[at]);
      if (!isGrease(bytes, at + 1, next)) hello.protocols.push(text(bytes, at + 1, next));
      at = next;
    }
  }
}

/** Reserved values without a meaning (RFC 8701): 0x0a0a to 0xfafa. */
function isGrease(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 2 && (bytes[start] & 0x0f) === 0x0a && bytes[start] === bytes[start + 1];
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

const VERSION_NAMES: Readonly<Record<number, readonly [protocol: string, version: string]>> = {
  768: ['ssl', '3.0'],
  769: ['tls', '1.0'],
  770: ['tls', '1.1'],
  771: ['tls', '1.2'],
  772: ['tls', '1.3'],
};

/** The protocol and version as the Elastic Common Schema has them. */
export function versionName(version: number): readonly [protocol: string, version: string] {
  return VERSION_NAMES[version] ?? ['tls', `0x${version.toString(16).padStart(4, '0')}`];
}
