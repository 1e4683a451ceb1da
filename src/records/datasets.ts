/** event.dataset: what a line is about. The tables of the protocols name these; the schema lists them. */
export const DATASETS = [
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
  'rpc.other',
  'gearman.packet',
  'gearman.admin',
  'gearman.job',
  'wiretail.start',
  'wiretail.stats',
  'wiretail.flow',
  'wiretail.anomaly',
] as const;

export type Dataset = (typeof DATASETS)[number];
