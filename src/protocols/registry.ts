/** Every protocol that wiretail knows, in the order in which they are asked: one line each. */
import { gearman } from './gearman/index.js';
import { gluster } from './gluster/index.js';
import type { HostHooks, Protocol, ProtocolOptions } from './protocol.js';
import { tls } from './tls/index.js';

/** @param servicePorts ports that are known to be services of any of them */
export function protocols(
  options: ProtocolOptions,
  servicePorts: readonly number[],
  outside: HostHooks,
): readonly Protocol[] {
  return [tls(servicePorts), gearman(options, outside), ...gluster(options, outside)];
}
