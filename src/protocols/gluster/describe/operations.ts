/**
 * glusterd's operations (glusterd_op_t) as commands, and the operation that a command starts: the __glusterd_handle_*
 * functions of glusterd-handler.c, glusterd-volume-ops.c, glusterd-bitrot.c and similar files.
 */

/** The command up to the name of the volume. */
const PHRASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    GD_OP_CREATE_VOLUME: 'volume create',
    GD_OP_DELETE_VOLUME: 'volume delete',
    GD_OP_START_VOLUME: 'volume start',
    GD_OP_STOP_VOLUME: 'volume stop',
    GD_OP_RENAME_VOLUME: 'volume rename',
    GD_OP_DEFRAG_VOLUME: 'volume rebalance',
    GD_OP_ADD_BRICK: 'volume add-brick',
    GD_OP_REMOVE_BRICK: 'volume remove-brick',
    GD_OP_REPLACE_BRICK: 'volume replace-brick',
    GD_OP_SET_VOLUME: 'volume set',
    GD_OP_RESET_VOLUME: 'volume reset',
    GD_OP_SYNC_VOLUME: 'volume sync',
    GD_OP_LOG_FILENAME: 'volume log filename',
    GD_OP_LOG_LOCATE: 'volume log locate',
    GD_OP_LOG_ROTATE: 'volume log rotate',
    GD_OP_GSYNC_SET: 'volume geo-replication',
    GD_OP_GSYNC_CREATE: 'volume geo-replication create',
    GD_OP_PROFILE_VOLUME: 'volume profile or top',
    GD_OP_QUOTA: 'volume quota',
    GD_OP_STATUS_VOLUME: 'volume status',
    GD_OP_REBALANCE: 'volume rebalance',
    GD_OP_HEAL_VOLUME: 'volume heal',
    GD_OP_STATEDUMP_VOLUME: 'volume statedump',
    GD_OP_LIST_VOLUME: 'volume list',
    GD_OP_CLEARLOCKS_VOLUME: 'volume clear-locks',
    GD_OP_DEFRAG_BRICK_VOLUME: 'volume rebalance',
    GD_OP_COPY_FILE: 'system:: copy file',
    GD_OP_SYS_EXEC: 'system:: execute',
    GD_OP_SNAP: 'snapshot',
    GD_OP_BARRIER: 'volume barrier',
    GD_OP_GANESHA: 'nfs-ganesha',
    GD_OP_BITROT: 'volume bitrot',
    GD_OP_SCRUB_STATUS: 'volume bitrot scrub status',
    GD_OP_SCRUB_ONDEMAND: 'volume bitrot scrub ondemand',
    GD_OP_RESET_BRICK: 'volume reset-brick',
    GD_OP_MAX_OPVERSION: 'volume get all cluster.max-op-version',
  }),
);

/** The command of an operation; without one, the operation's name. */
export function phraseOf(operation: string): string {
  return PHRASES.get(operation) ?? operation;
}

/** A number in the command's dictionary that selects another operation. */
interface OperationFork {
  readonly key: string;
  readonly values: readonly number[];
  readonly operation: string;
}

/** The operation that a command starts (glusterd_op_t), unless a fork applies. */
export interface CommandOperation {
  readonly operation: string;
  readonly forks: readonly OperationFork[];
}

export const leadsTo = (operation: string, ...forks: readonly OperationFork[]): CommandOperation => ({
  operation,
  forks,
});

export function operationOf(
  { operation, forks }: CommandOperation,
  numberOf: (key: string) => number | undefined,
): string {
  const fork = forks.find(({ key, values }) => values.some((value) => value === numberOf(key)));
  return fork?.operation ?? operation;
}
