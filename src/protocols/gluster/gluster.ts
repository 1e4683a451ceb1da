/** GlusterFS's RPC, and other RPC on the same ports. */
import type { Outside, Protocol, ProtocolOptions } from '../protocol.js';
import { newCompiler } from '../rpc/compile.js';
import type { Programs } from '../rpc/describe.js';
import { rpc } from '../rpc/rpc.js';
import { clientName } from './clients.js';
import { newDescriber } from './describe.js';
import { meaning } from './known-keys.js';
import { picked } from './picked.js';
import { findProgram, programDataset } from './programs.js';
import { newRedaction } from './redact.js';
import { newShared } from './shared.js';
import { gfx_iattx, gfx_mdata_iatt } from './structs.js';
import { wanted } from './wanted.js';

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
