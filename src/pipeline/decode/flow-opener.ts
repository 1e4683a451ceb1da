/** Gives connections their decoder: protocol detection for new ones, the protocol's own decoder for restored ones. */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import { asMidstream, newDetector } from '../../protocols/detect.js';
import type { FlowDecoder, Protocol, ProtocolOptions, SuspendedDecoder } from '../../protocols/protocol.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import type { Flow } from '../../stream/connection.js';
import { FlowLines, type FlowLinesContext } from './flow-lines.js';
import { reportUnrecognised } from './unrecognised-line.js';

export class FlowOpener {
  private readonly protocols: readonly Protocol[];
  private readonly options: ProtocolOptions;
  private readonly context: FlowLinesContext;
  private readonly counters: CounterRow;
  private readonly servicePorts: ReadonlySet<number>;

  constructor(protocols: readonly Protocol[], options: ProtocolOptions, context: FlowLinesContext) {
    this.protocols = protocols;
    this.options = options;
    this.context = context;
    this.counters = context.counters;
    this.servicePorts = new Set(options.servicePorts);
  }

  /** @param state what suspendFlow() returned; undefined: the connection is new */
  openFlow(flow: Flow, state?: object): void {
    const suspended = state as SuspendedDecoder | undefined;
    const lines = new FlowLines(flow, this.context);
    flow.observer = lines;
    // A decoder that was opened after a gap is restored as one.
    const connection =
      suspended === undefined || suspended.fromStart === flow.fromStart ? flow : asMidstream(flow);
    if (flow.protocol > 0) {
      const protocol = this.protocols[flow.protocol - 1];
      lines.setProtocol(protocol.name);
      flow.decoder = protocol.open(connection, lines.emit, this.options, suspended);
      return;
    }
    flow.decoder = newDetector(connection, lines.emit, {
      protocols: this.protocols,
      options: this.options,
      detected: (protocol, decoder) => this.setProtocol(flow, lines, protocol, decoder),
      rejected: (dir, bytes, start, end, at) => {
        flow.ignored = true;
        this.counters[Counter.flows_unknown]++;
        // Elsewhere it is only counted: the default filter captures every connection to a port from 49152 up, and a
        // busy host has thousands of them.
        if (!this.servicePorts.has(flow.serverPort)) return;
        const { payloadBytes } = this.options;
        reportUnrecognised(lines.emit, dir, flow.serverPort, bytes.subarray(start, end), payloadBytes, at);
      },
    });
  }

  /** @returns undefined if the flow can't be suspended now */
  suspendFlow({ decoder, observer }: Flow, at: PacketTimestamp): SuspendedDecoder | undefined {
    return observer.canSuspend?.(at) === false ? undefined : decoder.suspend?.(at);
  }

  private setProtocol(flow: Flow, lines: FlowLines, protocol: Protocol, decoder: FlowDecoder): void {
    lines.setProtocol(protocol.name);
    flow.protocol = this.protocols.indexOf(protocol) + 1;
    flow.decoder = decoder;
    if (flow.pendingGap) decoder.onPendingGap?.(true);
    if (!protocol.encrypted) return;
    flow.encrypted = true;
    this.counters[Counter.flows_encrypted]++;
  }
}
