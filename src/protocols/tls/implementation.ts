/**
 * TLS: recognised by its hellos, told in one line, and let go. What the two say to each other afterwards
 * is theirs.
 */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import { displayName } from '../../records/phrases.js';
import type { JsonObject } from '../../records/record.js';
import type { ProtocolImplementation } from '../module.js';
import {
  type Connection,
  type Direction,
  type Emit,
  type FlowDecoder,
  IGNORE_FLOW,
  Match,
  type Protocol,
  type ProtocolOptions,
  ToClient,
  ToServer,
} from '../protocol.js';
import { Content, HeaderBytes, plausibleRecord } from '../tls-record.js';
import { gather, Handshake, type Hello, readHello, versionName } from './hello.js';
import { newChain } from './midstream.js';
import { TLS_SCHEMA } from './schema.js';

/** Bytes from a direction's start in which its hello must end. Most have less than 2 KiB, headers included. */
const HelloLimit = 20480;
/** Bytes that a client may send behind its hello before the server has answered (0-RTT). */
const EarlyData = 65536;

export function newTls({ servicePorts, dynamicPortsFrom }: ProtocolOptions): Protocol {
  const services: Services = { ports: new Set(servicePorts), dynamicFrom: dynamicPortsFrom };
  return {
    name: 'tls',
    encrypted: true,
    detect: (_dir, bytes, start, end) => claim(bytes, start, end),
    detectMidstream: newChain,
    open: (connection, emit) => openDecoder(connection, emit, services),
  };
}

function claim(bytes: Uint8Array, start: number, end: number): Match {
  if (start < end && bytes[start] !== Content.handshake) return Match.no;
  if (!plausibleRecord(bytes, start, end)) return Match.no;
  if (start + HeaderBytes >= end) return Match.maybe;
  const type = bytes[start + HeaderBytes];
  return type === Handshake.clientHello || type === Handshake.serverHello ? Match.yes : Match.no;
}

/** Where a connection that can't be decoded is worth a line: on these ports, and from one up. */
interface Services {
  readonly ports: ReadonlySet<number>;
  readonly dynamicFrom: number;
}

interface Told {
  /** Direction of what the client sends. */
  client: Direction;
  offer: Hello | undefined;
  choice: Hello | undefined;
  alert: number | undefined;
}

function openDecoder(connection: Connection, emit: Emit, services: Services): FlowDecoder {
  const told: Told = { client: ToServer, offer: undefined, choice: undefined, alert: undefined };
  let early = 0;
  let over = false;

  const end = (at: PacketTimestamp): number => {
    if (!over) tell(connection, emit, services, told, at);
    over = true;
    return IGNORE_FLOW;
  };

  return {
    data(dir, bytes, start, stop, at) {
      if (over) return IGNORE_FLOW;
      if (told.offer !== undefined && dir === told.client) {
        early += stop - start;
        return early > EarlyData ? end(at) : stop;
      }
      const found = gather(bytes, start, stop);
      if (found === undefined) return stop - start > HelloLimit ? end(at) : start;
      if (found.alert !== undefined) told.alert = found.alert;
      const isClient = found.type === Handshake.clientHello;
      const hello = found.body && readHello(found.body, isClient);
      if (hello === undefined) return end(at);
      told.client = isClient === (dir === ToServer) ? ToServer : ToClient;
      if (isClient) told.offer = hello;
      else told.choice = hello;
      return isClient ? stop : end(at);
    },
    gap(_dir, _missing, _reason, _skipping, at) {
      end(at);
    },
    close(_reason, at) {
      end(at);
    },
  };
}

/**
 * The line. On a service's port it answers why nothing is decoded there. Elsewhere only a connection to
 * a dynamic service port may be a service's: told by who said hello to whom, so that the browsers and agents of
 * a host, whose own ports are up there too, don't fill the log. They are counted (flows.encrypted).
 */
function tell(
  { serverPort, clientPort }: Connection,
  emit: Emit,
  services: Services,
  { client, offer, choice, alert }: Told,
  at: PacketTimestamp,
): void {
  const port = client === ToServer ? serverPort : clientPort;
  const seen = offer !== undefined || choice !== undefined;
  if (!services.ports.has(port) && !(seen && port >= services.dynamicFrom)) return;
  const [protocol, version] = versionName((choice ?? offer)?.version ?? 0);
  const details: JsonObject = {
    // Until the server has chosen, it is what the client would have.
    version: choice === undefined ? undefined : version,
    version_protocol: seen ? protocol : undefined,
    next_protocol: choice?.protocols[0]?.toLowerCase(),
    client: offer && {
      server_name: offer.serverName,
      version: versionName(offer.version)[1],
      protocols: offer.protocols.length === 0 ? undefined : offer.protocols,
    },
    alert: alert === undefined ? undefined : { code: alert, name: ALERTS[alert] },
  };
  emit(client, {
    level: 'info',
    message: sentence(port, seen ? `${protocol.toUpperCase()} ${version}` : 'TLS', offer, alert),
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'wiretail.flow',
    action: 'tls',
    outcome: alert === undefined ? undefined : 'failure',
    sections: { tls: details },
  });
}

function sentence(
  port: number,
  version: string,
  offer: Hello | undefined,
  alert: number | undefined,
): string {
  const name = offer?.serverName === undefined ? '' : ` for ${displayName(offer.serverName)}`;
  if (alert === undefined) return `${version} on port ${port}${name}: encrypted, ignored from here on`;
  return `${version} on port ${port}${name}: refused, alert ${alert}${ALERTS[alert] ? ` (${ALERTS[alert]})` : ''}`;
}

/** What ends a handshake before it is encrypted (RFC 8446, section 6.2). */
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

export const implementation: ProtocolImplementation = {
  actions: [],
  schema: TLS_SCHEMA,
  newProtocols: (options) => [newTls(options)],
};
