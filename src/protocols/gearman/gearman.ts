/** Gearman: the binary protocol and the text protocol of its administration. */
import type { Protocol } from '../protocol.js';
import { claim } from './claim.js';
import { openDecoder } from './decoder.js';
import { newLateClaim } from './late.js';

/** `ports`: where Gearman is expected, so that its text protocol is believed without binary proof. */
export function gearman(ports: readonly number[]): Protocol {
  const expected = new Set(ports);
  return {
    name: 'gearman',
    claim: (dir, buf, start, end, connection) => claim(dir, buf, start, end, connection, expected),
    late: newLateClaim,
    open: openDecoder,
  };
}
