import { type Headers, Outcome } from './headers.js';
import { parseIp } from './ip.js';
import { LINKS, VERSION_BITS } from './link.js';
import { parseTcp } from './tcp.js';
import { DEPTH, enter, LINK_BITS } from './tunnel.js';

/**
 * Fills `out` from the packet at buf[start], of which `captured` bytes stand there and which had `wire`
 * bytes. Any bytes give an Outcome, in bounded time, and only bytes of the packet are read. `out` is the
 * packet's on Outcome.tcp; on Outcome.fragment its addresses are; else it holds nothing of use.
 *
 * @param tunnels bits of Tunnel: `out` and the Outcome are those of the packet within
 */
export function parsePacket(
  buf: Uint8Array,
  start: number,
  captured: number,
  wire: number,
  linkType: number,
  out: Headers,
  tunnels = 0,
): Outcome {
  const end = Math.min(start + captured, buf.length);
  // No packet was shorter than what was seen of it, whatever a file's record may say.
  const wireEnd = Math.max(start + wire, end);
  let outcome = parseFrame(buf, start, end, wireEnd, linkType, out);
  for (let depth = 0; tunnels !== 0 && outcome === Outcome.notTcp && depth < DEPTH; depth++) {
    const within = enter(buf, end, out, tunnels);
    if (within < 0) return cutOrBad(-within as Outcome, end, out.payloadStart + out.payloadLength);
    const innerEnd = out.payloadStart + out.payloadLength;
    const innerStart = out.payloadStart + (within >> LINK_BITS);
    const link = within & ((1 << LINK_BITS) - 1);
    outcome = parseFrame(buf, innerStart, Math.min(end, innerEnd), innerEnd, link, out);
  }
  return outcome;
}

function parseFrame(
  buf: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  linkType: number,
  out: Headers,
): Outcome {
  const find = LINKS[linkType];
  if (find === undefined) return Outcome.unknownLink;
  const found = find(buf, start, end);
  let outcome: Outcome;
  if (found < 0) {
    outcome = -found as Outcome;
  } else {
    const version = found & ((1 << VERSION_BITS) - 1);
    outcome = parseIp(buf, start + (found >> VERSION_BITS), end, wireEnd, version, out);
    if (outcome === Outcome.tcp) outcome = parseTcp(buf, end, out);
  }
  return cutOrBad(outcome, end, wireEnd);
}

/** Bytes that are missing where nothing was cut off: the header runs beyond the packet itself. */
function cutOrBad(outcome: Outcome, end: number, wireEnd: number): Outcome {
  return outcome === Outcome.truncated && end >= wireEnd ? Outcome.badHeader : outcome;
}
