/** Every RPC program of GlusterFS, of all its versions, and how to find one. */
import type { Dataset } from '../../../records/datasets.js';
import type { Procedure, Program } from '../../rpc/program.js';
import { managementRow } from '../describe/management.js';
import { deprobeResponse, probeResponse } from '../enums/glusterd.js';
import { brick, brickV1 } from './brick.js';
import { callback } from './callback.js';
import { changelog, changelogReverse } from './changelog.js';
import { cliV1 } from './cli/v1.js';
import { cli } from './cli/v2.js';
import { dump } from './dump.js';
import { fopV310, fopV330, fopV400 } from './fop/programs.js';
import { friend } from './friend.js';
import { handshake } from './handshake.js';
import { handshakeV1 } from './handshake-v1.js';
import { glusterd1 } from './mgmt/glusterd1.js';
import { mgmtV1 } from './mgmt/v1.js';
import { mgmtV2 } from './mgmt/v2.js';
import { mgmtV3 } from './mgmt/v3.js';
import { peerHandshake } from './peer-handshake.js';
import { portmap } from './portmap.js';
import type { GlusterProcedure, GlusterProgram } from './procedure.js';
import { quota } from './quota.js';

/** op_errno of these is no errno. */
const PROBES: ReadonlySet<string> = new Set(['PROBE', 'CLI_PROBE', 'PROBE_QUERY', 'FRIEND_ADD']);
const DEPROBES: ReadonlySet<string> = new Set(['DEPROBE', 'CLI_DEPROBE']);

function errorNames(procedure: string) {
  if (PROBES.has(procedure)) return probeResponse;
  return DEPROBES.has(procedure) ? deprobeResponse : undefined;
}

type ProgramId = Pick<Program, 'name' | 'version'>;

function managementProcedure(program: ProgramId, procedure: Procedure): GlusterProcedure {
  const { alternative, ...rest } = procedure;
  const row = {
    ...rest,
    ...managementRow(program.name, program.version, procedure.name),
    errorNames: errorNames(procedure.name),
    expectedErrors: [],
    paths: undefined,
    locks: undefined,
  };
  if (alternative === undefined) return row;
  return { ...row, alternative: managementProcedure(program, alternative) };
}

function managementProgram(program: Program): GlusterProgram {
  const procedures = program.procedures.map((row) => row && managementProcedure(program, row));
  return { ...program, procedures };
}

const MANAGEMENT: readonly Program[] = [
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

export const PROGRAMS: readonly GlusterProgram[] = [
  fopV400,
  fopV330,
  fopV310,
  ...MANAGEMENT.map(managementProgram),
];

const byNumber = new Map<number, Map<number, GlusterProgram>>();
for (const program of PROGRAMS) {
  const versions = byNumber.get(program.number) ?? new Map<number, GlusterProgram>();
  byNumber.set(program.number, versions.set(program.version, program));
}

export function findProgram(number: number, version: number): GlusterProgram | undefined {
  return byNumber.get(number)?.get(version);
}

/** What the lines of a program, in whatever version, are about. */
export function programDataset(number: number): Dataset | undefined {
  const [program] = byNumber.get(number)?.values() ?? [];
  return program?.dataset;
}
