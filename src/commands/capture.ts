/** `wiretail capture`: the daemon. */
import type { Logger } from 'pino';
import type { CommandModule } from 'yargs';
import { yargsOptions } from '../config/definition.js';
import type { MetricsAddress } from '../config/metrics-options.js';
import { type Arguments, DAEMON_DEFINITIONS } from '../config/options.js';
import { OUTPUT_OPTIONS } from '../config/output-options.js';
import { SELECT_OPTIONS } from '../config/select-options.js';
import { VERSION } from '../config/version.js';
import type { Endpoint } from '../observe/endpoint.js';
import { statusOf } from '../observe/notifier.js';
import { openOutputs } from '../output/run-outputs.js';
import { Run } from '../pipeline/threads/run.js';
import { newDiagnostics } from './diagnostics.js';
import { followRun, holdSignals } from './follow-run.js';
import { CONFIG_OPTION, daemonSettings } from './load-settings.js';
import { print } from './print.js';
import { newReload } from './reload.js';
import { restrictPrivileges } from './restrict-privileges.js';
import { notifierOf, takeManager } from './service-manager.js';

export const PRINT_CONFIG = {
  'print-config': {
    type: 'boolean',
    describe: 'print what holds, as a configuration file that says where each value came from, and end',
  },
} as const;

async function serveMetrics(address: MetricsAddress, diagnostics: Logger): Promise<Endpoint | undefined> {
  if (address === undefined) return undefined;
  // Whoever wants no metrics need not load what they take.
  const { openEndpoint } = await import('../observe/endpoint.js');
  return openEndpoint(address, (error) => diagnostics.warn(`serving metrics failed: ${error.message}`));
}

export const captureCommand: CommandModule<object, Arguments> = {
  command: ['capture', '$0'],
  describe: 'capture live and write what is seen, until a signal',
  builder: (args) => args.options({ ...CONFIG_OPTION, ...PRINT_CONFIG, ...yargsOptions(DAEMON_DEFINITIONS) }),
  async handler(args) {
    const held = holdSignals('SIGHUP', 'SIGUSR2');
    const { settled, config } = await daemonSettings(args);
    if (args['print-config'] === true) {
      const { effectiveYaml } = await import('../config/write-yaml.js');
      print(effectiveYaml(DAEMON_DEFINITIONS, settled));
      return;
    }
    const { interfaces, filters, snaplen, bufferBytes, promiscuous, readTimeout } = config;
    const diagnostics = newDiagnostics(config.logLevel);
    const user = await restrictPrivileges(settled);
    const endpoint = await serveMetrics(config.metrics, diagnostics);
    const manager = takeManager(process.env, process.pid, (why) => diagnostics.warn(why));
    const notifier = manager && notifierOf(manager, () => run.observed.health(), diagnostics);
    const run = new Run({
      version: VERSION,
      config,
      source: {
        kind: 'live',
        engine: config.engine,
        options: { interfaces, filters, snaplen, bufferBytes, promiscuous, readTimeout, user },
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
      outputs: await openOutputs(config, true, user),
      diagnostics,
      onStart({ engine, opened }) {
        if (endpoint !== undefined) diagnostics.info({ url: endpoint.url }, 'serving metrics');
        const on = opened?.interfaces.map((one) => one.interface).join(', ');
        notifier?.ready(`capturing on ${on} with ${engine}`);
      },
      onStats: (stats) => notifier?.status(statusOf(stats)),
      onStopping: () => notifier?.stopping(),
    });
    endpoint?.show(run.observed);
    const reload = newReload({
      load: () => daemonSettings(args),
      appliers: [
        {
          what: 'which lines are written',
          settings: Object.keys(SELECT_OPTIONS),
          apply: ({ select }) => run.select(select),
        },
        {
          what: 'the outputs',
          settings: Object.keys(OUTPUT_OPTIONS),
          async apply(next) {
            for (const { output, waiting } of await run.reconfigureOutputs(next)) {
              diagnostics.warn(`${output} is left: ${waiting} lines are not written`);
            }
          },
        },
        {
          what: 'the statistics',
          settings: ['stats-interval'],
          apply: ({ statsInterval }) => run.setStatsInterval(statsInterval),
        },
        {
          what: 'the diagnostics',
          settings: ['log-level'],
          apply: ({ logLevel }) => {
            diagnostics.level = logLevel;
          },
        },
      ],
      diagnostics,
      first: settled,
      around: notifier?.reload,
    });
    const hangup = () => {
      run.reopenFiles();
      void reload();
    };
    await followRun(run, hangup, held);
  },
};
