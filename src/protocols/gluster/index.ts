/** GlusterFS RPC, and other RPC programs on its ports. */
import type { ProtocolModule } from '../module.js';
import { GLUSTER_DATASETS, OTHER_RPC_DATASET } from './datasets.js';

export const gluster: ProtocolModule = {
  name: 'gluster',
  title: 'GlusterFS',
  datasets: [...GLUSTER_DATASETS, OTHER_RPC_DATASET],
  ports: {
    // glusterd: 24007 (GF_DEFAULT_BASE_PORT, rpc/rpc-lib/src/rpc-transport.h); 24008 is the port of its RDMA transport.
    defaults: [24007, 24008],
    // Bricks: RFC 6335's dynamic ports. glusterd assigns them up to its max-port, 60999 by default.
    dynamicFrom: 49152,
    filter: 'tcp portrange 24007-24008 or tcp portrange 49152-65535',
  },
  load: async () => (await import('./implementation.js')).implementation,
};
