/** GlusterFS's RPC, and other RPC on the same ports. */
import type { HostHooks, Protocol, ProtocolOptions } from '../protocol.js';
import type { Programs } from '../rpc/describer.js';
import { rpc } from '../rpc/index.js';
import { newCompiler } from '../rpc/xdr/compile.js';
import { newContext } from './context.js';
import { newDescriber } from './describer.js';
import { clientName } from './enums/client-pids.js';
import { findProgram, programDataset } from './programs/index.js';
import { gfx_iattx, gfx_mdata_iatt } from './programs/structs.js';
import { interpretKnownKey } from './projection/known-keys.js';
import { newRedaction } from './projection/redaction.js';
import { summaryFields } from './projection/summary-fields.js';
import { summaryKeys } from './projection/summary-keys.js';

/** One for each decoder thread: what it knows of a brick's files it knows for all of the brick's connections. */
export function gluster(options: ProtocolOptions, outside: HostHooks): readonly Protocol[] {
  const shared = newContext(options, outside);
  const programs: Programs = {
    find: findProgram,
    dataset: programDataset,
    describer: (connection, asleep) => newDescriber(connection, shared, asleep),
    clientName,
  };
  const missed = () => {
    shared.paths.gapAll();
    shared.locks.doubtAll();
    shared.transactions.gap('');
  };
  const { redactKey } = options;
  const compile = newCompiler({
    summaryFields,
    summaryKeys,
    interpretValue: interpretKnownKey,
    redaction: redactKey === undefined ? undefined : newRedaction(redactKey),
    iatt: gfx_iattx,
    mdata: gfx_mdata_iatt,
  });
  return [
    {
      ...rpc('glusterfs', true, programs, compile, options, outside),
      onPacketLoss: missed,
      onBrickDiscovered: shared.services.found,
    },
    rpc('rpc', false, programs, compile, options, outside),
  ];
}
