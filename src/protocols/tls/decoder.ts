/** Reads both hellos of a connection, reports them in one record, and ignores the encrypted rest. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import {
  type Connection,
  type Direction,
  type Emit,
  type FlowDecoder,
  type GapReason,
  IGNORE_FLOW,
  ToClient,
  ToServer,
} from '../protocol.js';
import { HandshakeType, readFirstMessage, readHello } from './hello.js';
import { type HandshakeState, reportHandshake, type Services } from './report.js';

/** Bytes from the start of a direction within which its hello has to end. Most take less than 2 KiB. */
const HELLO_LIMIT = 20480;
/** Bytes that a client may send after its hello before the server answers (0-RTT). */
const EARLY_DATA_LIMIT = 65536;

class TlsDecoder implements FlowDecoder {
  private readonly connection: Connection;
  private readonly emit: Emit;
  private readonly services: Services;
  private readonly handshake: HandshakeState = {
    client: ToServer,
    clientHello: undefined,
    serverHello: undefined,
    alert: undefined,
  };
  private earlyData = 0;
  private isReported = false;

  constructor(connection: Connection, emit: Emit, services: Services) {
    this.connection = connection;
    this.emit = emit;
    this.services = services;
  }

  data(dir: Direction, bytes: Uint8Array, start: number, end: number, at: PacketTimestamp): number {
    if (this.isReported) return IGNORE_FLOW;
    const { handshake } = this;
    if (handshake.clientHello !== undefined && dir === handshake.client) {
      this.earlyData += end - start;
      return this.earlyData > EARLY_DATA_LIMIT ? this.report(at) : end;
    }
    const message = readFirstMessage(bytes, start, end);
    if (message === undefined) return end - start > HELLO_LIMIT ? this.report(at) : start;
    if (message.alert !== undefined) handshake.alert = message.alert;
    const isClient = message.type === HandshakeType.clientHello;
    const hello = message.body && readHello(message.body, isClient);
    if (hello === undefined) return this.report(at);
    handshake.client = isClient === (dir === ToServer) ? ToServer : ToClient;
    if (isClient) handshake.clientHello = hello;
    else handshake.serverHello = hello;
    return isClient ? end : this.report(at);
  }

  gap(_dir: Direction, _missing: number, _reason: GapReason, _skipping: boolean, at: PacketTimestamp): void {
    this.report(at);
  }

  close(_reason: string, at: PacketTimestamp): void {
    this.report(at);
  }

  private report(at: PacketTimestamp): number {
    if (!this.isReported) reportHandshake(this.connection, this.emit, this.services, this.handshake, at);
    this.isReported = true;
    return IGNORE_FLOW;
  }
}

export function openDecoder(connection: Connection, emit: Emit, services: Services): FlowDecoder {
  return new TlsDecoder(connection, emit, services);
}
