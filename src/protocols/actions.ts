/** Every event.action that a table of the protocols names, by its dataset; others come from the wire, and may be anything. */
import type { Dataset } from '../records/datasets.js';
import { ADMIN_NAMES } from './gearman/admin/commands.js';
import { JOB_ACTIONS } from './gearman/jobs/report.js';
import { PACKET_NAMES } from './gearman/packet-types.js';
import { PROGRAMS } from './gluster/programs/index.js';
import { otherProcedures } from './rpc/other-programs.js';

function* all(): Generator<readonly [Dataset, string]> {
  for (const { dataset, procedures } of PROGRAMS) {
    for (const procedure of procedures) {
      if (procedure !== undefined) yield [dataset, procedure.name];
      if (procedure?.alternative !== undefined) yield [dataset, procedure.alternative.name];
    }
  }
  // A reply whose call was not seen.
  for (const name of [...otherProcedures(), 'reply']) yield ['rpc.other', name];
  for (const name of PACKET_NAMES) yield ['gearman.packet', name];
  for (const name of ADMIN_NAMES) yield ['gearman.admin', name];
  for (const name of JOB_ACTIONS) yield ['gearman.job', name];
}

/** Each once, always in the same order. */
export function knownActions(): { readonly dataset: Dataset; readonly action: string }[] {
  const keys = new Set<string>();
  return [...all()].flatMap(([dataset, action]) => {
    const key = `${dataset} ${action}`;
    if (keys.has(key)) return [];
    keys.add(key);
    return [{ dataset, action }];
  });
}
