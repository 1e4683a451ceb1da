/**
 * What others say first on a port that is not theirs: enough to tell an operator who it is that knocks at
 * his job server, and no more.
 */

/** Each begins with what no packet of Gearman and no record of RPC begins with. */
const GREETINGS: readonly (readonly [name: string, first: RegExp])[] = [
  ['http', /^(?:GET|PUT|POST|HEAD|PATCH|TRACE|DELETE|OPTIONS|CONNECT) \S/],
  // The preface of HTTP/2 (RFC 9113, section 3.4).
  ['http', /^PRI \* HTTP/],
  ['http', /^HTTP\//],
  ['ssh', /^SSH-/],
  // A mail server greets with its name, an FTP server too; only some say which they are.
  ['smtp', /^220[ -].*SMTP/i],
  ['ftp', /^220[ -].*FTP/i],
  ['greeting', /^\d{3}[ -]/],
];

const INSPECTED_BYTES = 128;

/** Whose first bytes these are; undefined: nobody's that is known here. */
export function guessProtocol(bytes: Uint8Array, start: number, end: number): string | undefined {
  // All of them begin with a digit or a capital letter.
  if (start >= end || bytes[start] < 0x30 || bytes[start] > 0x5a) return undefined;
  let head = '';
  for (let at = start; at < Math.min(end, start + INSPECTED_BYTES); at++)
    head += String.fromCharCode(bytes[at]);
  return GREETINGS.find(([, first]) => first.test(head))?.[0];
}
