/** Guesses a foreign protocol on a watched port from its first bytes, so that an operator can identify the sender. */

/** None of these begins like a Gearman packet or an RPC record. */
const GREETINGS: readonly (readonly [name: string, firstBytes: RegExp])[] = [
  ['http', /^(?:GET|PUT|POST|HEAD|PATCH|TRACE|DELETE|OPTIONS|CONNECT) \S/],
  // The preface of HTTP/2 (RFC 9113, section 3.4).
  ['http', /^PRI \* HTTP/],
  ['http', /^HTTP\//],
  ['ssh', /^SSH-/],
  // Mail and FTP servers both greet with 220; only some of them name their protocol.
  ['smtp', /^220[ -].*SMTP/i],
  ['ftp', /^220[ -].*FTP/i],
  ['greeting', /^\d{3}[ -]/],
];

const INSPECTED_BYTES = 128;

/** The protocol that begins with bytes[start, end); undefined: unknown. */
export function guessProtocol(bytes: Uint8Array, start: number, end: number): string | undefined {
  // Every greeting begins with a digit or a capital letter.
  if (start >= end || bytes[start] < 0x30 || bytes[start] > 0x5a) return undefined;
  let head = '';
  for (let at = start; at < Math.min(end, start + INSPECTED_BYTES); at++)
    head += String.fromCharCode(bytes[at]);
  return GREETINGS.find(([, firstBytes]) => firstBytes.test(head))?.[0];
}
