/** GlusterFS's decoder for a thread, with its actions, schema and filter subjects. */

import type { Action } from '../../records/datasets.js';
import type { JsonObject } from '../../records/record.js';
import type { ProtocolImplementation } from '../module.js';
import type { HostHooks, Protocol, ProtocolOptions } from '../protocol.js';
import type { Programs } from '../rpc/describer.js';
import { newRpc } from '../rpc/implementation.js';
import { otherProcedures } from '../rpc/other-programs.js';
import { newCompiler } from '../rpc/xdr/compile.js';
import { newContext } from './context.js';
import { OTHER_RPC_DATASET } from './datasets.js';
import { newDescriber } from './describer.js';
import { clientName } from './enums/client-pids.js';
import { findProgram, PROGRAMS, programDataset } from './programs/index.js';
import { gfx_iattx, gfx_mdata_iatt } from './programs/structs.js';
import { interpretKnownKey } from './projection/known-keys.js';
import { newRedaction } from './projection/redaction.js';
import { summaryFields, summaryKeys } from './projection/summary-fields.js';
import { GLUSTER_SCHEMA } from './schema.js';

/** Called once for each decoder thread: all connections to a brick share the names of its files. */
export function newGluster(options: ProtocolOptions, hooks: HostHooks): readonly Protocol[] {
  const shared = newContext(options, hooks);
  const programs: Programs = {
    find: findProgram,
    dataset: programDataset,
    describer: (connection, suspended) => newDescriber(connection, shared, suspended),
    clientName,
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
      ...newRpc('glusterfs', true, programs, compile, options, hooks),
      onPacketLoss() {
        shared.paths.markAllGaps();
        shared.locks.markAllUncertain();
        shared.transactions.markGap('');
      },
      onBrickDiscovered: (brick) => shared.bricks.recordDiscovered(brick),
    },
    newRpc('rpc', false, programs, compile, options, hooks),
  ];
}

function programActions(): Action[] {
  return PROGRAMS.flatMap(({ dataset, procedures }) =>
    procedures
      .flatMap((procedure) => [procedure?.name, procedure?.alternative?.name])
      .flatMap((action) => (action === undefined ? [] : { dataset, action })),
  );
}

/** Procedures of other programs, and orphan replies. */
function otherActions(): Action[] {
  return [...otherProcedures(), 'reply'].map((action) => ({ dataset: OTHER_RPC_DATASET, action }));
}

export const implementation: ProtocolImplementation = {
  actions: [...programActions(), ...otherActions()],
  schema: GLUSTER_SCHEMA,
  subjects: {
    clients: ({ gluster }) => [(gluster?.client as JsonObject | undefined)?.host],
    volumes: ({ gluster }) => [gluster?.volume, gluster?.new_volume],
    paths: ({ gluster }) => [gluster?.path, gluster?.new_path],
  },
  newProtocols: newGluster,
};
