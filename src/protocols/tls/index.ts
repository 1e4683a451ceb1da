/** TLS: recognised and reported, so that operators see why nothing is decoded. */
import type { ProtocolModule } from '../module.js';

export const tls: ProtocolModule = {
  name: 'tls',
  title: 'TLS',
  datasets: [],
  load: async () => (await import('./implementation.js')).implementation,
};
