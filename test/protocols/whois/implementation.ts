import type { PacketTimestamp } from '../../../src/packet/timestamp.js';
import type { ProtocolImplementation } from '../../../src/protocols/module.js';
import {
  type Direction,
  type Emit,
  type FlowDecoder,
  IGNORE_FLOW,
  Match,
  type Protocol,
  type ProtocolOptions,
  ToClient,
  ToServer,
} from '../../../src/protocols/protocol.js';
import { text } from '../../../src/protocols/text.js';
import { count, object, requires, string } from '../../../src/records/json-schema.js';

const DATASET = 'whois.lookup';
const ACTION = 'LOOKUP';
const NEWLINE = 0x0a;

class WhoisDecoder implements FlowDecoder {
  private readonly emit: Emit;
  private query = '';
  private responseBytes = 0;

  constructor(emit: Emit) {
    this.emit = emit;
  }

  data(dir: Direction, bytes: Uint8Array, start: number, end: number): number {
    if (dir === ToClient) {
      this.responseBytes += end - start;
      return end;
    }
    const newline = bytes.subarray(start, end).indexOf(NEWLINE);
    if (newline < 0) return start;
    this.query = text(bytes, start, start + newline).trimEnd();
    return start + newline + 1;
  }

  gap(): number {
    return IGNORE_FLOW;
  }

  close(reason: string, { seconds, nanoseconds, packet }: PacketTimestamp): void {
    if (reason === 'end' || this.query === '') return;
    this.emit(ToServer, {
      level: 'info',
      message: `whois ${this.query}: ${this.responseBytes} bytes`,
      seconds,
      nanoseconds,
      packet,
      replyPacket: 0,
      dataset: DATASET,
      action: ACTION,
      outcome: 'success',
      sections: { whois: { query: this.query, response_bytes: this.responseBytes } },
    });
    this.query = '';
  }
}

function newWhois({ ports }: ProtocolOptions): Protocol {
  return {
    name: 'whois',
    detect: (_dir, _bytes, _start, _end, { serverPort }) =>
      ports.whois.includes(serverPort) ? Match.yes : Match.no,
    open: (_connection, emit) => new WhoisDecoder(emit),
  };
}

export const implementation: ProtocolImplementation = {
  actions: [{ dataset: DATASET, action: ACTION }],
  schema: {
    sections: { whois: object({ query: string, response_bytes: count }, ['query']) },
    rules: [requires(DATASET, ['source', 'destination', 'network', 'whois'])],
  },
  subjects: { volumes: ({ whois }) => [whois?.query] },
  newProtocols: (options) => [newWhois(options)],
};
