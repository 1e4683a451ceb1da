/** `wiretail capture`: the daemon. */
import { availableParallelism } from 'node:os';
import type { CommandModule } from 'yargs';
import { type Arguments, CAPTURE_OPTIONS, COMMON_OPTIONS, captureConfig } from '../config/options.js';
import { VERSION } from '../config/version.js';
import { openOutputs } from '../output/outputs.js';
import { startRun } from '../pipeline/run.js';
import { followRun, newDiagnostics } from './follow-run.js';

export const captureCommand: CommandModule<object, Arguments> = {
  command: ['capture', '$0'],
  describe: 'capture live and write what is seen, until a signal',
  builder: (args) => args.options({ ...CAPTURE_OPTIONS, ...COMMON_OPTIONS }),
  async handler(args) {
    const config = captureConfig(args, availableParallelism());
    const { interfaces, filters, snaplen, bufferBytes, promiscuous, readTimeout } = config;
    await followRun(
      startRun({
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
        outputs: await openOutputs(config, true),
        diagnostics: newDiagnostics('info'),
      }),
      true,
    );
  },
};
