/** ONC RPC as a protocol (RFC 5531). */
import { newPacketTimestamp, type PacketTimestamp } from '../../packet/timestamp.js';
import type { HostHooks, Protocol, ProtocolOptions } from '../protocol.js';
import { newTimerList, sweepInterval, type TimerList } from '../timers.js';
import { CandidateReader } from './candidate.js';
import type { Flow, RpcContext } from './connection.js';
import { newCredentials } from './credentials.js';
import { openDecoder } from './decoder.js';
import type { Programs } from './describer.js';
import { RpcDetector } from './detect.js';
import { newHeader } from './header.js';
import { newRecordBytes } from './record-bytes.js';
import { reportTimeouts } from './unanswered.js';
import type { Compiler } from './xdr/compile.js';

/** For calls without a timeout. */
const NO_TIMERS: TimerList<Flow> = { add() {}, remove() {}, tick() {} };

/** @param gluster true: for connections of GlusterFS's programs; false: of other programs */
export function newRpc(
  name: string,
  gluster: boolean,
  programs: Programs,
  compile: Compiler,
  { callTimeout }: ProtocolOptions,
  host: HostHooks,
): Protocol {
  const checkTimeouts = (flow: Flow, at: PacketTimestamp) => reportTimeouts(flow, callTimeout, at);
  const pendingConnections =
    callTimeout === 0 ? NO_TIMERS : newTimerList(checkTimeouts, sweepInterval(callTimeout));
  const { clientName } = programs;
  const candidates = new CandidateReader(programs);
  const detector = new RpcDetector(programs, gluster, candidates);
  const context: RpcContext = {
    programs,
    compile,
    credentials: {
      full: newCredentials(compile, 'full', clientName),
      brief: newCredentials(compile, 'brief', clientName),
    },
    pendingConnections,
    host,
    clock: newPacketTimestamp(),
    candidates,
    record: newRecordBytes(),
    header: newHeader(),
  };
  return {
    name,
    detect: (_dir, buf, start, end, connection) =>
      connection.fromStart
        ? detector.detectStart(buf, start, end)
        : detector.detectMidstream(buf, start, end),
    open: (connection, emit, options, suspended) =>
      openDecoder(connection, emit, options, context, suspended),
    tick: pendingConnections.tick,
  };
}
