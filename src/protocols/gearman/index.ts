/** Gearman: the binary protocol, and the administrative text protocol. */
import type { ProtocolModule } from '../module.js';
import { GEARMAN_DATASETS } from './datasets.js';
import { JOB_GAUGES } from './job-gauges.js';

export const gearman: ProtocolModule = {
  name: 'gearman',
  title: 'Gearman',
  datasets: GEARMAN_DATASETS,
  ports: {
    // The port assigned by IANA, and the earlier default (gearmand's PROTOCOL).
    defaults: [4730, 7003],
    option: { name: 'gearman-ports', describe: 'ports of Gearman servers' },
  },
  gauges: JOB_GAUGES,
  load: async () => (await import('./implementation.js')).implementation,
};
