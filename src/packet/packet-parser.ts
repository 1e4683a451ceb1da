import { type Headers, newHeaders, Outcome } from './headers.js';
import { parseIp } from './ip.js';
import { LINK_PARSERS, VERSION_BITS } from './link.js';
import { parseTcp } from './tcp.js';
import { findInnerPacket, LINK_TYPE_BITS, MAX_TUNNEL_DEPTH } from './tunnel.js';

export class PacketParser {
  /**
   * The headers of the last packet: all are valid on Outcome.tcp, the addresses on Outcome.fragment, and none on other
   * outcomes.
   */
  readonly headers: Headers = newHeaders();
  private readonly tunnels: number;

  /** @param tunnels bits of Tunnel: the inner packets of these tunnels are parsed */
  constructor(tunnels = 0) {
    this.tunnels = tunnels;
  }

  /**
   * Parses the packet at buf[start], of which `captured` bytes were captured and which had `wire` bytes. Any bytes give
   * an Outcome, in bounded time, and only bytes of the packet are read.
   */
  parse(buf: Uint8Array, start: number, captured: number, wire: number, linkType: number): Outcome {
    const end = Math.min(start + captured, buf.length);
    // A packet is at least as long as its captured bytes, whatever the file's record header says.
    const wireEnd = Math.max(start + wire, end);
    const outcome = parseFrame(buf, start, end, wireEnd, linkType, this.headers);
    return outcome === Outcome.notTcp && this.tunnels !== 0 ? this.parseTunnel(buf, end) : outcome;
  }

  private parseTunnel(buf: Uint8Array, end: number): Outcome {
    const { headers, tunnels } = this;
    let outcome: Outcome = Outcome.notTcp;
    for (let depth = 0; outcome === Outcome.notTcp && depth < MAX_TUNNEL_DEPTH; depth++) {
      const inner = findInnerPacket(buf, end, headers, tunnels);
      const wireEnd = headers.payloadStart + headers.payloadLength;
      if (inner < 0) return truncatedOrBad(-inner as Outcome, end, wireEnd);
      const start = headers.payloadStart + (inner >> LINK_TYPE_BITS);
      const linkType = inner & ((1 << LINK_TYPE_BITS) - 1);
      outcome = parseFrame(buf, start, Math.min(end, wireEnd), wireEnd, linkType, headers);
    }
    return outcome;
  }
}

function parseFrame(
  buf: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  linkType: number,
  out: Headers,
): Outcome {
  const findIp = LINK_PARSERS[linkType];
  if (findIp === undefined) return Outcome.unknownLink;
  const found = findIp(buf, start, end);
  let outcome: Outcome;
  if (found < 0) {
    outcome = -found as Outcome;
  } else {
    const version = found & ((1 << VERSION_BITS) - 1);
    outcome = parseIp(buf, start + (found >> VERSION_BITS), end, wireEnd, version, out);
    if (outcome === Outcome.tcp) outcome = parseTcp(buf, end, out);
  }
  return truncatedOrBad(outcome, end, wireEnd);
}

/** If the whole packet was captured, a truncated header is a bad one: it extends beyond the packet. */
function truncatedOrBad(outcome: Outcome, end: number, wireEnd: number): Outcome {
  return outcome === Outcome.truncated && end >= wireEnd ? Outcome.badHeader : outcome;
}
