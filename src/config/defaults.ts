/** Values that hold when nothing else is said. */

/** Gearman's port since IANA gave it one, and the port of old (gearmand's PROTOCOL). */
export const GEARMAN_PORTS: readonly number[] = [4730, 7003];
/** glusterd's port, and the one of old (GF_DEFAULT_BASE_PORT, rpc/rpc-lib/src/rpc-transport.h). */
export const GLUSTERD_PORTS: readonly number[] = [24007, 24008];

/** GLUSTERD_DEFAULT_WORKDIR of glusterd. */
export const GLUSTER_STATE_DIR = '/var/lib/glusterd';

/** What carries tunnels whose packets may be decapsulated, as a filter has it. */
export const TUNNEL_FILTERS = {
  vxlan: 'udp dst port 4789 or udp dst port 8472',
  gre: 'proto 47',
  ipip: 'proto 4 or proto 41',
} as const;

/**
 * The default filter: Gearman's and Gluster's known ports, and bricks from 49152 up (RFC 6335's dynamic
 * ports; glusterd goes to its max-port, 60999 unless set otherwise). `tcp port` means IPv4 and IPv6.
 *
 * The first of these that libpcap compiles for the link is used. `vlan` moves BPF's offsets for all that
 * follows it (pcap-filter(7)), so the tagged forms stand behind the plain one, one tag and then two.
 * Cooked and raw links know no `vlan`; their packets come without the outer tag.
 */
export function defaultFilters(
  gearmanPorts: readonly number[],
  tunnels: readonly (keyof typeof TUNNEL_FILTERS)[] = [],
): readonly string[] {
  const gearman = gearmanPorts.map((port) => `tcp port ${port}`).join(' or ');
  const outer = tunnels.map((tunnel) => ` or ${TUNNEL_FILTERS[tunnel]}`).join('');
  const plain = `(${gearman} or tcp portrange 24007-24008 or tcp portrange 49152-65535${outer})`;
  return [`${plain} or (vlan and (${plain} or (vlan and ${plain})))`, plain];
}
