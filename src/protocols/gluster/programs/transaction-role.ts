/**
 * What a procedure does in a transaction among glusterds: a fact of its row in gluster/programs. A cluster lock has no
 * dictionary, only the uuid of the glusterd that takes it: the whole cluster has one such lock.
 */
export type TransactionRole = 'cluster lock' | 'cluster unlock' | 'lock' | 'unlock' | 'step';
