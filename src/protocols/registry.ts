/** Every protocol that wiretail decodes, in the order in which they are asked: one line each. */
import { gearman } from './gearman/gearman.js';
import { gluster } from './gluster/gluster.js';
import type { Protocol, ProtocolOptions } from './protocol.js';

export function protocols(options: ProtocolOptions): readonly Protocol[] {
  return [gearman(options.gearmanPorts), ...gluster()];
}
