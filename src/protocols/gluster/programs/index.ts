/** Every RPC program of GlusterFS in all its versions. */
import type { Dataset } from '../../../records/datasets.js';
import { brick, brickV1 } from './brick.js';
import { callback } from './callback.js';
import { changelog, changelogReverse } from './changelog.js';
import { cliV1, cliV2 } from './cli/programs.js';
import { dump } from './dump.js';
import { fopV310, fopV330, fopV400 } from './fop/programs.js';
import { friend } from './friend.js';
import { handshake, handshakeV1 } from './handshake.js';
import { mgmtV1, mgmtV2 } from './mgmt/cluster-lock.js';
import { glusterd1 } from './mgmt/glusterd1.js';
import { mgmtV3 } from './mgmt/v3.js';
import { peerHandshake } from './peer-handshake.js';
import { portmap } from './portmap.js';
import type { GlusterProgram } from './procedure.js';
import { quota } from './quota.js';

export const PROGRAMS: readonly GlusterProgram[] = [
  fopV400,
  fopV330,
  fopV310,
  handshake,
  handshakeV1,
  dump,
  portmap,
  callback,
  mgmtV1,
  mgmtV2,
  mgmtV3,
  friend,
  peerHandshake,
  glusterd1,
  brick,
  brickV1,
  cliV2,
  cliV1,
  quota,
  changelog,
  changelogReverse,
];

const byNumber = new Map<number, Map<number, GlusterProgram>>();
for (const program of PROGRAMS) {
  const versions = byNumber.get(program.number) ?? new Map<number, GlusterProgram>();
  byNumber.set(program.number, versions.set(program.version, program));
}

export function findProgram(number: number, version: number): GlusterProgram | undefined {
  return byNumber.get(number)?.get(version);
}

/** The dataset of a program's lines, in any version. */
export function programDataset(number: number): Dataset | undefined {
  const [program] = byNumber.get(number)?.values() ?? [];
  return program?.dataset;
}
