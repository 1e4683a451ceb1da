/**
 * glusterd's operations (glusterd_op_t) in an administrator's words, and which of them a command leads to: the
 * __glusterd_handle_* functions of glusterd-handler.c, glusterd-volume-ops.c, glusterd-bitrot.c and their like.
 */

/** What the command is called, up to the volume's name. */
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

/** In words; what has none, by its own name. */
export function phraseOf(operation: string): string {
  return PHRASES.get(operation) ?? operation;
}

/** A number in the command's dictionary that leads elsewhere. */
interface Fork {
  readonly key: string;
  readonly values: readonly number[];
  readonly operation: string;
}

interface Leads {
  readonly operation: string;
  readonly unless: readonly Fork[];
}

const to = (operation: string, ...unless: readonly Fork[]): Leads => ({ operation, unless });

/** By the procedure's name in CLI; GLUSTERD1_MGMT has them with `CLI_` before. */
const COMMANDS: ReadonlyMap<string, Leads> = new Map(
  Object.entries({
    CREATE_VOLUME: to('GD_OP_CREATE_VOLUME'),
    DELETE_VOLUME: to('GD_OP_DELETE_VOLUME'),
    START_VOLUME: to('GD_OP_START_VOLUME'),
    STOP_VOLUME: to('GD_OP_STOP_VOLUME'),
    // GF_DEFRAG_CMD_STOP and GF_DEFRAG_CMD_STATUS.
    DEFRAG_VOLUME: to('GD_OP_REBALANCE', {
      key: 'rebalance-command',
      values: [2, 3],
      operation: 'GD_OP_DEFRAG_BRICK_VOLUME',
    }),
    SET_VOLUME: to('GD_OP_SET_VOLUME'),
    RESET_VOLUME: to('GD_OP_RESET_VOLUME'),
    ADD_BRICK: to('GD_OP_ADD_BRICK'),
    REMOVE_BRICK: to('GD_OP_REMOVE_BRICK'),
    REPLACE_BRICK: to('GD_OP_REPLACE_BRICK'),
    RESET_BRICK: to('GD_OP_RESET_BRICK'),
    LOG_ROTATE: to('GD_OP_LOG_ROTATE'),
    SYNC_VOLUME: to('GD_OP_SYNC_VOLUME'),
    // GF_GSYNC_OPTION_TYPE_CREATE.
    GSYNC_SET: to('GD_OP_GSYNC_SET', { key: 'type', values: [6], operation: 'GD_OP_GSYNC_CREATE' }),
    PROFILE_VOLUME: to('GD_OP_PROFILE_VOLUME'),
    TOP_VOLUME: to('GD_OP_PROFILE_VOLUME'),
    QUOTA: to('GD_OP_QUOTA'),
    STATUS_VOLUME: to('GD_OP_STATUS_VOLUME'),
    // GF_SHD_OP_HEAL_ENABLE, ..._DISABLE and the two for granular entry heal set options.
    HEAL_VOLUME: to('GD_OP_HEAL_VOLUME', {
      key: 'heal-op',
      values: [12, 13, 15, 16],
      operation: 'GD_OP_SET_VOLUME',
    }),
    STATEDUMP_VOLUME: to('GD_OP_STATEDUMP_VOLUME'),
    CLRLOCKS_VOLUME: to('GD_OP_CLEARLOCKS_VOLUME'),
    COPY_FILE: to('GD_OP_COPY_FILE'),
    SYS_EXEC: to('GD_OP_SYS_EXEC'),
    SNAP: to('GD_OP_SNAP'),
    BARRIER_VOLUME: to('GD_OP_BARRIER'),
    GANESHA: to('GD_OP_GANESHA'),
    // GF_BITROT_CMD_SCRUB_STATUS and GF_BITROT_CMD_SCRUB_ONDEMAND.
    BITROT: to(
      'GD_OP_BITROT',
      { key: 'type', values: [7], operation: 'GD_OP_SCRUB_STATUS' },
      { key: 'type', values: [8], operation: 'GD_OP_SCRUB_ONDEMAND' },
    ),
  }),
);

/** The operation that a command leads to; undefined: to none, or it is not known. */
export function operationOf(
  procedure: string,
  numberOf: (key: string) => number | undefined,
): string | undefined {
  const command = COMMANDS.get(procedure.replace(/^CLI_/, ''));
  const fork = command?.unless.find(({ key, values }) => values.some((value) => value === numberOf(key)));
  return fork?.operation ?? command?.operation;
}
