import { type Headers, Outcome } from './headers.js';
import { parseIp } from './ip.js';
import { LINKS, VERSION_BITS } from './link.js';
import { parseTcp } from './tcp.js';

/**
 * Fills `out` from the packet at buf[start], of which `captured` bytes stand there and which had `wire`
 * bytes. Any bytes give an Outcome, in bounded time, and only bytes of the packet are read. `out` is the
 * packet's on Outcome.tcp; on Outcome.fragment its addresses are; else it holds nothing of use.
 */
export function parsePacket(
  buf: Uint8Array,
  start: number,
  captured: number,
  wire: number,
  linkType: number,
  out: Headers,
): Outcome {
  const find = LINKS[linkType];
  if (find === undefined) return Outcome.unknownLink;

  const end = Math.min(start + captured, buf.length);
  // No packet was shorter than what was seen of it, whatever a file's record may say.
  const wireEnd = Math.max(start + wire, end);

  const found = find(buf, start, end);
  let outcome: Outcome;
  if (found < 0) {
    outcome = -found as Outcome;
  } else {
    const version = found & ((1 << VERSION_BITS) - 1);
    outcome = parseIp(buf, start + (found >> VERSION_BITS), end, wireEnd, version, out);
    if (outcome === Outcome.tcp) outcome = parseTcp(buf, end, out);
  }
  // Bytes that are missing where nothing was cut off: the header runs beyond the packet itself.
  return outcome === Outcome.cut && end === wireEnd ? Outcome.badHeader : outcome;
}
