/** The record of a TLS connection: `wiretail.flow` with the section `tls`. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { displayName } from '../../records/phrases.js';
import type { JsonObject } from '../../records/record.js';
import { type Connection, type Direction, type Emit, ToServer } from '../protocol.js';
import { type Hello, versionName } from './hello.js';

/** Ports on which an encrypted connection is worth a record: these, and all from `dynamicFrom` up. */
export interface Services {
  readonly ports: ReadonlySet<number>;
  readonly dynamicFrom: number;
}

/** The captured part of a handshake. */
export interface HandshakeState {
  /** The direction from the client. */
  client: Direction;
  clientHello: Hello | undefined;
  serverHello: Hello | undefined;
  alert: number | undefined;
}

/**
 * On a service's port the record explains why nothing is decoded. On a dynamic port it is written only if the hellos
 * show that the server listens there: browsers and agents of a host have such ports as clients, and they would fill
 * the log. They are counted (flows.encrypted).
 */
export function reportHandshake(
  { serverPort, clientPort }: Connection,
  emit: Emit,
  services: Services,
  handshake: HandshakeState,
  at: PacketTimestamp,
): void {
  const { client, clientHello, serverHello, alert } = handshake;
  const port = client === ToServer ? serverPort : clientPort;
  const hasHello = clientHello !== undefined || serverHello !== undefined;
  if (!services.ports.has(port) && !(hasHello && port >= services.dynamicFrom)) return;
  const [protocol, version] = versionName((serverHello ?? clientHello)?.version ?? 0);
  const section: JsonObject = {
    // The client's highest version is an offer only.
    version: serverHello === undefined ? undefined : version,
    version_protocol: hasHello ? protocol : undefined,
    next_protocol: serverHello?.protocols[0]?.toLowerCase(),
    client: clientHello && {
      server_name: clientHello.serverName,
      version: versionName(clientHello.version)[1],
      protocols: clientHello.protocols.length === 0 ? undefined : clientHello.protocols,
    },
    alert: alert === undefined ? undefined : { code: alert, name: ALERTS[alert] },
  };
  const { seconds, nanoseconds, packet } = at;
  emit(client, {
    level: 'info',
    message: handshakeMessage(port, hasHello ? `${protocol.toUpperCase()} ${version}` : 'TLS', handshake),
    seconds,
    nanoseconds,
    packet,
    replyPacket: 0,
    dataset: 'wiretail.flow',
    action: 'tls',
    outcome: alert === undefined ? undefined : 'failure',
    sections: { tls: section },
  });
}

function handshakeMessage(port: number, version: string, { clientHello, alert }: HandshakeState): string {
  const serverName = clientHello?.serverName;
  const target = serverName === undefined ? '' : ` for ${displayName(serverName)}`;
  if (alert === undefined) return `${version} on port ${port}${target}: encrypted, not decoded`;
  const name = ALERTS[alert] === undefined ? '' : ` (${ALERTS[alert]})`;
  return `${version} on port ${port}${target}: refused, alert ${alert}${name}`;
}

/** Alerts that end a handshake before encryption starts (RFC 8446, section 6.2). */
const ALERTS: Readonly<Record<number, string>> = {
  40: 'handshake_failure',
  42: 'bad_certificate',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  50: 'decode_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  109: 'missing_extension',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};
