/** Every RPC program of GlusterFS, of all its versions, and how to find one. */
import type { Dataset } from '../../../records/datasets.js';
import type { Program } from '../../rpc/program.js';
import { brick, brickV1 } from './brick.js';
import { callback } from './callback.js';
import { changelog, changelogReverse } from './changelog.js';
import { cliV1 } from './cli/v1.js';
import { cli } from './cli/v2.js';
import { dump } from './dump.js';
import { fopV310 } from './fop/v310.js';
import { fopV330 } from './fop/v330.js';
import { fopV400 } from './fop/v400.js';
import { friend } from './friend.js';
import { handshake } from './handshake.js';
import { handshakeV1 } from './handshake-v1.js';
import { glusterd1 } from './mgmt/glusterd1.js';
import { mgmtV1 } from './mgmt/v1.js';
import { mgmtV2 } from './mgmt/v2.js';
import { mgmtV3 } from './mgmt/v3.js';
import { peerHandshake } from './peer-handshake.js';
import { portmap } from './portmap.js';
import { quota } from './quota.js';

export const PROGRAMS: readonly Program[] = [
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
  cli,
  cliV1,
  quota,
  changelog,
  changelogReverse,
];

const byNumber = new Map<number, Map<number, Program>>();
for (const program of PROGRAMS) {
  const versions = byNumber.get(program.number) ?? new Map<number, Program>();
  byNumber.set(program.number, versions.set(program.version, program));
}

export function findProgram(number: number, version: number): Program | undefined {
  return byNumber.get(number)?.get(version);
}

/** What the lines of a program, in whatever version, are about. */
export function programDataset(number: number): Dataset | undefined {
  const [program] = byNumber.get(number)?.values() ?? [];
  return program?.dataset;
}
