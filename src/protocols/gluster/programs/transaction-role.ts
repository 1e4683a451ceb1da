/**
 * What a procedure does in a transaction between glusterds, as its row in gluster/programs declares. A cluster lock
 * covers the whole cluster: its call has no dictionary, only the uuid of the requesting glusterd.
 */
export type TransactionRole = 'cluster lock' | 'cluster unlock' | 'lock' | 'unlock' | 'step';
