/** event.dataset of the records of GlusterFS's programs, and of other RPC programs on its connections. */
export const GLUSTER_DATASETS = [
  'gluster.fop',
  'gluster.handshake',
  'gluster.dump',
  'gluster.portmap',
  'gluster.callback',
  'gluster.cli',
  'gluster.mgmt',
  'gluster.friend',
  'gluster.brick',
  'gluster.quota',
  'gluster.peer_handshake',
  'gluster.changelog',
] as const;

export const OTHER_RPC_DATASET = 'rpc.other';
