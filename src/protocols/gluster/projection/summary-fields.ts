/**
 * Which fields the summary of a message (gluster/describer.ts) is made of. `--detail summary` reads these and only
 * passes over the others, so each of them costs time in every message that has it.
 */

/** Wanted in whatever struct they are. */
const EVERYWHERE: ReadonlySet<string> = new Set(
  `op_ret op_errno op_errstr errstr
   gfid pargfid bname path oldgfid newgfid oldpath newpath oldbname newbname linkname
   gfid1 gfid2 off_in off_out offset size len valid mask what ia_gfid ia_nlink
   cmd type flock lease start lk_owner owner lease_type lease_id name volume domain event_type
   brick port hostname uuid txn_id op key volname old_volname new_volname wd`.split(/\s+/),
);

/** Of those, not wanted here: ids that cost more to read than they tell, and what repeats the request. */
const EXCEPT: ReadonlySet<string> = new Set([
  'gfx_readdir_req.offset',
  'gfx_readdirp_req.offset',
  'gfs3_readdir_req.offset',
  'gfs3_readdirp_req.offset',
  'gfx_read_rsp.size',
  'gfs3_read_rsp.size',
  'gfx_lk_rsp.flock',
  'gfs3_lk_rsp.flock',
  'gfx_lease_rsp.lease',
  'gfs3_lease_rsp.lease',
  'gf1_cli_defrag_vol_rsp.size',
  'gf2_cli_defrag_vol_rsp.size',
]);

/** Whom a call is made for (rpc/auth.ts). The rest of a credential is the time that the file gets: `ctime_*`, `flags`. */
const Credentials: readonly string[] = [
  'authsys_parms',
  'auth_glusterfs_parms',
  'auth_glusterfs_parms_v2',
  'auth_glusterfs_params_v3',
];

/** Wanted in these structs only. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  stamp: Credentials,
  machname: Credentials,
  pid: Credentials,
  uid: Credentials,
  gid: Credentials,
  ngrps: Credentials,
  groups: Credentials,
  flags: [
    'gfx_open_req',
    'gfs3_open_req',
    'gfx_create_req',
    'gfs3_create_req',
    'gfs3_cbk_cache_invalidation_req',
  ],
  // Which locks end with the file descriptor.
  fd: ['gfx_lk_req', 'gfs3_lk_req', 'gfx_release_req', 'gfs3_release_req'],
  // The gfid of the file that the name turned out to have. LOOKUP's reply is a gfx_common_2iatt_rsp.
  prestat: ['gfx_common_2iatt_rsp'],
  // And of the directory that the name is in.
  poststat: ['gfx_common_2iatt_rsp'],
  postparent: ['gfs3_lookup_rsp'],
  // Of a file or of a directory.
  mode: ['gfx_iattx', 'gf_iatt'],
  // READDIRP: the names in a directory.
  reply: ['gfx_readdirp_rsp', 'gfs3_readdirp_rsp'],
  stat: [
    'gfx_common_3iatt_rsp',
    'gfx_create_rsp',
    'gfx_rename_rsp',
    // Of READDIRP's entries.
    'gfx_dirplist',
    'gfs3_dirplist',
    'gfs3_lookup_rsp',
    'gfs3_mknod_rsp',
    'gfs3_mkdir_rsp',
    'gfs3_symlink_rsp',
    'gfs3_create_rsp',
    'gfs3_link_rsp',
    'gfs3_rename_rsp',
  ],
  // Names of extended attributes, the volume that a change is about, and what a client says of itself.
  // Of glusterd's some pairs alone are read (summary-keys.ts): some hold all that a transaction has gathered.
  dict: [
    'gfx_setxattr_req',
    'gfx_fsetxattr_req',
    'gfx_xattrop_req',
    'gfx_fxattrop_req',
    'gfs3_setxattr_req',
    'gfs3_fsetxattr_req',
    'gfs3_xattrop_req',
    'gfs3_fxattrop_req',
    'gf_setvolume_req',
    'gf_setvolume_rsp',
    'gf_get_volume_info_req',
    'gf_getsnap_name_uuid_req',
    'gf_event_notify_req',
    'gf_cli_req',
    'gf_cli_rsp',
    'gf1_cli_peer_list_req',
    'gf1_cli_mount_req',
    'gf1_cli_set_vol_req',
    'gf1_cli_reset_vol_req',
    'gf1_cli_quota_req',
    'gf1_cli_get_vol_req',
    'gf1_cli_gsync_set_req',
    'gd1_mgmt_v3_lock_req',
    'gd1_mgmt_v3_pre_val_req',
    'gd1_mgmt_v3_brick_op_req',
    'gd1_mgmt_v3_commit_req',
    'gd1_mgmt_v3_post_commit_req',
    'gd1_mgmt_v3_post_val_req',
    'gd1_mgmt_v3_unlock_req',
  ],
  input: ['gd1_mgmt_brick_op_req'],
  buf: ['gd1_mgmt_stage_op_req', 'gd1_mgmt_commit_op_req'],
  // What peers tell of each other, and of their volumes.
  friends: ['gd1_mgmt_friend_update', 'gf1_cli_peer_list_rsp'],
  vols: ['gd1_mgmt_friend_req'],
  fsm_log: ['gf1_cli_fsm_log_rsp'],
  hndsk: ['gf_mgmt_hndsk_req', 'gf_mgmt_hndsk_rsp'],
};

/** Whether the summary needs this field of the struct of this name. */
export function summaryFields(struct: string, field: string): boolean {
  if (EVERYWHERE.has(field)) return !EXCEPT.has(`${struct}.${field}`);
  return Object.hasOwn(ONLY, field) && ONLY[field].includes(struct);
}
