/** Gearman: the binary protocol and the text protocol of its administration. */
import type { Protocol, ProtocolOptions } from '../protocol.js';
import { claim } from './claim.js';
import { openDecoder } from './decoder.js';
import { newLateClaim } from './late.js';

/** One for each decoder thread: what it knows of jobs it knows for all connections of a server. */
export function gearman(options: ProtocolOptions): Protocol {
  const expected = new Set(options.gearmanPorts);
  return {
    name: 'gearman',
    claim: (dir, buf, start, end, connection) => claim(dir, buf, start, end, connection, expected),
    late: newLateClaim,
    open: openDecoder,
  };
}
