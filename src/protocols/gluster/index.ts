/** GlusterFS's RPC, and other RPC on the same ports. */
import type { Outside, Protocol, ProtocolOptions } from '../protocol.js';
import type { Programs } from '../rpc/describer.js';
import { rpc } from '../rpc/index.js';
import { newCompiler } from '../rpc/xdr/compile.js';
import { newShared } from './context.js';
import { newDescriber } from './describer.js';
import { clientName } from './enums/client-pids.js';
import { findProgram, programDataset } from './programs/index.js';
import { gfx_iattx, gfx_mdata_iatt } from './programs/structs.js';
import { meaning } from './projection/known-keys.js';
import { newRedaction } from './projection/redaction.js';
import { wanted } from './projection/summary-fields.js';
import { picked } from './projection/summary-keys.js';

/** One for each decoder thread: what it knows of a brick's files it knows for all of the brick's connections. */
export function gluster(options: ProtocolOptions, outside: Outside): readonly Protocol[] {
  const shared = newShared(options, outside);
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
    wanted,
    picked,
    meaning,
    hiding: redactKey === undefined ? undefined : newRedaction(redactKey),
    iatt: gfx_iattx,
    mdata: gfx_mdata_iatt,
  });
  return [
    {
      ...rpc('glusterfs', true, programs, compile, options, outside),
      missed,
      found: shared.services.found,
    },
    rpc('rpc', false, programs, compile, options, outside),
  ];
}
