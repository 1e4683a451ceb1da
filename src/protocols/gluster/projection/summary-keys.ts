/**
 * Which pairs of glusterd's dictionaries the summary of a message is made of. Some of these dictionaries hold all
 * that a transaction has gathered from all bricks, or all volumes with their options: what is not named here costs
 * a step over it. The internal user name and password of a volume (internal-username, internal-password of
 * glusterd-volume-ops.c) are not named.
 */
import type { KeyFilter } from '../../rpc/xdr/dict.js';

/** These keys, and those that begin and end so with a number between. */
function keys(names: string, numbered: RegExp): KeyFilter {
  const exact = new Set(names.split(/\s+/));
  return (key) => exact.has(key) || numbered.test(key);
}

/**
 * What a transaction is about, and what it sets: gluster/describe/settings.ts says of which operation. The quota daemon's GETLIMIT
 * has the command's struct, and asks for a gfid.
 */
const transaction = keys(
  `volname cmd-str transaction_id originator_uuid sync-mgmt-operation hostname brick-name
   snapname volcount heal-op rebalance-command type key value subop op_name op_value path hard-limit soft-limit
   snap-max-hard-limit snap-max-soft-limit auto-delete snap-activate-on-create barrier
   scrub-throttle-value scrub-frequency-value scrub-value expiry-time signer-threads gfid`,
  /^(?:(?:key|value)\d{1,3}|volname1)$/,
);
/** Peers, as one tells of the others and as the command lists them. */
const peers = keys('count op hostname', /^friend\d{1,5}\.(?:hostname|uuid|state|connected)$/);
const volumes = keys('count', /^volume\d{1,5}\.name$/);
const transitions = keys('count', /^log\d{1,5}-(?:old-state|event|new-state|time)$/);
const versions = keys('peer-id operating-version minimum-operating-version maximum-operating-version', /^$/);

/** By struct and field, all of them dictionaries of the old form. */
const PICKED: ReadonlyMap<string, KeyFilter> = new Map([
  ...[
    'gf_cli_req.dict',
    'gf_cli_rsp.dict',
    'gf1_cli_set_vol_req.dict',
    'gf1_cli_reset_vol_req.dict',
    'gf1_cli_quota_req.dict',
    'gf1_cli_get_vol_req.dict',
    'gf1_cli_gsync_set_req.dict',
    'gd1_mgmt_stage_op_req.buf',
    'gd1_mgmt_commit_op_req.buf',
    'gd1_mgmt_brick_op_req.input',
    ...['lock', 'pre_val', 'brick_op', 'commit', 'post_commit', 'post_val', 'unlock'].map(
      (phase) => `gd1_mgmt_v3_${phase}_req.dict`,
    ),
  ].map((name) => [name, transaction] as const),
  ['gd1_mgmt_friend_update.friends', peers],
  ['gf1_cli_peer_list_rsp.friends', peers],
  ['gd1_mgmt_friend_req.vols', volumes],
  ['gf1_cli_fsm_log_rsp.fsm_log', transitions],
  ['gf_mgmt_hndsk_req.hndsk', versions],
  ['gf_mgmt_hndsk_rsp.hndsk', versions],
]);

/** Which pairs of this dictionary the summary needs; undefined: all. */
export function summaryKeys(struct: string, field: string): KeyFilter | undefined {
  return PICKED.get(`${struct}.${field}`);
}
