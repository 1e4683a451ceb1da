/**
 * GlusterFS's own processes and translators, which call with a negative process id instead of the application's
 * (GF_CLIENT_PID_* of libglusterfs/src/glusterfs/common-utils.h). No number has changed since GlusterFS 3.3; -6 was
 * GF_CLIENT_PID_AFR_SELF_HEALD until 3.7.
 */
const INTERNAL_CLIENTS: readonly string[] = [
  'geo-replication (GF_CLIENT_PID_GSYNCD)',
  'Hadoop (GF_CLIENT_PID_HADOOP)',
  'rebalance (GF_CLIENT_PID_DEFRAG)',
  'exempt from root squashing (GF_CLIENT_PID_NO_ROOT_SQUASH)',
  'quota mount (GF_CLIENT_PID_QUOTA_MOUNT)',
  'self-heal daemon (GF_CLIENT_PID_SELF_HEALD)',
  'heal command (GF_CLIENT_PID_GLFS_HEAL)',
  'bitrot signer (GF_CLIENT_PID_BITD)',
  'bitrot scrubber (GF_CLIENT_PID_SCRUB)',
  'tier migration (GF_CLIENT_PID_TIER_DEFRAG)',
  'trash (GF_SERVER_PID_TRASH)',
  'add-brick mount (GF_CLIENT_PID_ADD_REPLICA_MOUNT)',
  'time keeping (GF_CLIENT_PID_SET_UTIME)',
  'quota helper (GF_CLIENT_PID_QUOTA_HELPER)',
];

/** The client of a credential's process id; undefined: an ordinary process. */
export function clientName(pid: number): string | undefined {
  return pid < 0 ? INTERNAL_CLIENTS[-pid - 1] : undefined;
}
