/** Default values. */
import { PROTOCOLS } from '../protocols/registry.js';

/** GLUSTERD_DEFAULT_WORKDIR of glusterd. */
export const GLUSTER_STATE_DIR = '/var/lib/glusterd';

/** BPF filters for the outer packets of tunnels. */
export const TUNNEL_FILTERS = {
  vxlan: 'udp dst port 4789 or udp dst port 8472',
  gre: 'proto 47',
  ipip: 'proto 4 or proto 41',
} as const;

/** The ports of each protocol's servers, by the protocol module's name. */
export type Ports = Readonly<Record<string, readonly number[]>>;

/**
 * The default filter: the ports of all protocols. `tcp port` means IPv4 and IPv6.
 *
 * The first of these that libpcap compiles for the link is used. `vlan` moves BPF's offsets for all that
 * follows it (pcap-filter(7)), so the tagged forms stand behind the plain one, one tag and then two.
 * Cooked and raw links know no `vlan`; their packets come without the outer tag.
 */
export function defaultFilters(
  ports: Ports,
  tunnels: readonly (keyof typeof TUNNEL_FILTERS)[] = [],
): readonly string[] {
  const services = PROTOCOLS.flatMap(({ name, ports: { filter } = {} }) =>
    filter === undefined ? (ports[name] ?? []).map((port) => `tcp port ${port}`) : [filter],
  );
  const plain = `(${[...services, ...tunnels.map((tunnel) => TUNNEL_FILTERS[tunnel])].join(' or ')})`;
  return [`${plain} or (vlan and (${plain} or (vlan and ${plain})))`, plain];
}
