/** Whois (RFC 3912), the protocol that ../registry.test.ts registers: a query line, a response, the end. */
import type { ProtocolModule } from '../../../src/protocols/module.js';

export const whois: ProtocolModule = {
  name: 'whois',
  title: 'Whois',
  datasets: ['whois.lookup'],
  ports: { defaults: [43], option: { name: 'whois-ports', describe: 'ports of Whois servers' } },
  load: async () => (await import('./implementation.js')).implementation,
};
