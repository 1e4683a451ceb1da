/** TLS as a protocol of a decoder thread, and its schema. */
import type { ProtocolImplementation } from '../module.js';
import type { Protocol, ProtocolOptions } from '../protocol.js';
import { openDecoder } from './decoder.js';
import { detectTls } from './detect.js';
import { newTlsMidstream } from './midstream.js';
import type { Services } from './report.js';
import { TLS_SCHEMA } from './schema.js';

export function newTls({ servicePorts, dynamicPortsFrom }: ProtocolOptions): Protocol {
  const services: Services = { ports: new Set(servicePorts), dynamicFrom: dynamicPortsFrom };
  return {
    name: 'tls',
    encrypted: true,
    detect: (_dir, bytes, start, end) => detectTls(bytes, start, end),
    detectMidstream: newTlsMidstream,
    open: (connection, emit) => openDecoder(connection, emit, services),
  };
}

export const implementation: ProtocolImplementation = {
  actions: [],
  schema: TLS_SCHEMA,
  newProtocols: (options) => [newTls(options)],
};
