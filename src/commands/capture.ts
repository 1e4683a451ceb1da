/** `wiretail capture`: the daemon. */
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { CommandModule } from 'yargs';
import type { MetricsAddress } from '../config/metrics.js';
import { type Arguments, CAPTURE_OPTIONS, COMMON_OPTIONS, captureConfig } from '../config/options.js';
import { VERSION } from '../config/version.js';
import type { Endpoint } from '../observe/endpoint.js';
import { openStdout } from '../output/destination.js';
import { startRun } from '../pipeline/run.js';
import { followRun, newDiagnostics } from './follow-run.js';

async function serveMetrics(address: MetricsAddress, diagnostics: Logger): Promise<Endpoint | undefined> {
  if (address === undefined) return undefined;
  // Whoever wants no metrics need not load what they take.
  const { openEndpoint } = await import('../observe/endpoint.js');
  return openEndpoint(address, (error) => diagnostics.warn(`serving metrics failed: ${error.message}`));
}

export const captureCommand: CommandModule<object, Arguments> = {
  command: ['capture', '$0'],
  describe: 'capture live and write what is seen, until a signal',
  builder: (args) => args.options({ ...CAPTURE_OPTIONS, ...COMMON_OPTIONS }),
  async handler(args) {
    const config = captureConfig(args, availableParallelism());
    const diagnostics = newDiagnostics('info');
    const endpoint = await serveMetrics(config.metrics, diagnostics);
    const { interfaces, filters, snaplen, bufferBytes, promiscuous, readTimeout } = config;
    const run = startRun({
      version: VERSION,
      config,
      source: {
        kind: 'live',
        engine: config.engine,
        options: { interfaces, filters, snaplen, bufferBytes, promiscuous, readTimeout },
      },
      described: {
        filter: filters[0],
        snaplen,
        decapsulate: config.decapsulate.length > 0 ? config.decapsulate : undefined,
        workers: config.workers,
        view: config.view,
        detail: config.detail,
      },
      statsInterval: config.statsInterval,
      destination: openStdout(),
      diagnostics,
      opened() {
        if (endpoint !== undefined) diagnostics.info({ url: endpoint.url }, 'serving metrics');
      },
    });
    endpoint?.show(run.observed);
    await followRun(run);
  },
};
