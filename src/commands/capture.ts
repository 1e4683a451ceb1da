/** `wiretail capture`: the daemon. */
import type { Logger } from 'pino';
import type { CommandModule } from 'yargs';
import { yargsOptions } from '../config/definition.js';
import type { MetricsAddress } from '../config/metrics-options.js';
import { type Arguments, type CaptureConfig, DAEMON_DEFINITIONS } from '../config/options.js';
import { OUTPUT_OPTIONS } from '../config/output-options.js';
import { SELECT_OPTIONS } from '../config/select-options.js';
import { VERSION } from '../config/version.js';
import type { Endpoint } from '../observe/endpoint.js';
import { statusOf } from '../observe/notifier.js';
import { openOutputs } from '../output/run-outputs.js';
import { Run } from '../pipeline/threads/run.js';
import { newDiagnostics } from './diagnostics.js';
import { followRun, holdSignals } from './follow-run.js';
import { CONFIG_OPTION, loadDaemonSettings } from './load-settings.js';
import { print } from './print.js';
import { type Applier, newReload } from './reload.js';
import { restrictPrivileges } from './restrict-privileges.js';
import { connectServiceManager, takeServiceManager } from './service-manager.js';

export const PRINT_CONFIG = {
  'print-config': {
    type: 'boolean',
    describe: 'print the effective configuration and the origin of each value, then exit',
  },
} as const;

export const captureCommand: CommandModule<object, Arguments> = {
  command: ['capture', '$0'],
  describe: 'capture live traffic and write lines until a signal',
  builder: (args) => args.options({ ...CONFIG_OPTION, ...PRINT_CONFIG, ...yargsOptions(DAEMON_DEFINITIONS) }),
  handler: (args) => (args['print-config'] === true ? printConfig(args) : capture(args)),
};

async function printConfig(args: Arguments): Promise<void> {
  const { settings } = await loadDaemonSettings(args);
  const { effectiveYaml } = await import('../config/write-yaml.js');
  print(effectiveYaml(DAEMON_DEFINITIONS, settings));
}

async function capture(args: Arguments): Promise<void> {
  const takeHeldSignals = holdSignals('SIGHUP', 'SIGUSR2');
  const { settings, config } = await loadDaemonSettings(args);
  const { interfaces, filters, snaplen, bufferBytes, promiscuous, readTimeout } = config;
  const diagnostics = newDiagnostics(config.logLevel);
  const user = await restrictPrivileges(settings);
  const endpoint = await serveMetrics(config.metrics, diagnostics);
  const manager = takeServiceManager(process.env, process.pid, (reason) => diagnostics.warn(reason));
  const notifier = manager && connectServiceManager(manager, () => run.observed.health(), diagnostics);
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
      const names = opened?.interfaces.map((each) => each.interface).join(', ');
      notifier?.ready(`capturing on ${names} with ${engine}`);
    },
    onStats: (stats) => notifier?.status(statusOf(stats)),
    onStopping: () => notifier?.stopping(),
  });
  endpoint?.show(run.observed);
  const reload = newReload({
    load: () => loadDaemonSettings(args),
    appliers: appliersOf(run, diagnostics),
    diagnostics,
    initial: settings,
    around: notifier && ((work) => notifier.reload(work)),
  });
  const onHangup = () => {
    run.reopenFiles();
    void reload();
  };
  await followRun(run, onHangup, takeHeldSignals);
}

async function serveMetrics(address: MetricsAddress, diagnostics: Logger): Promise<Endpoint | undefined> {
  if (address === undefined) return undefined;
  // The HTTP server and the metrics library are loaded only if metrics are served.
  const { openEndpoint } = await import('../observe/endpoint.js');
  return openEndpoint(address, (error) => diagnostics.warn(`serving metrics failed: ${error.message}`));
}

/** What SIGHUP can change in a running capture. */
function appliersOf(run: Run, diagnostics: Logger): Applier[] {
  return [
    {
      subject: 'selection',
      settings: Object.keys(SELECT_OPTIONS),
      apply: ({ select }) => run.select(select),
    },
    {
      subject: 'outputs',
      settings: Object.keys(OUTPUT_OPTIONS),
      apply: (config) => changeOutputs(run, config, diagnostics),
    },
    {
      subject: 'stats interval',
      settings: ['stats-interval'],
      apply: ({ statsInterval }) => run.setStatsInterval(statsInterval),
    },
    {
      subject: 'log level',
      settings: ['log-level'],
      apply: ({ logLevel }) => {
        diagnostics.level = logLevel;
      },
    },
  ];
}

async function changeOutputs(run: Run, config: CaptureConfig, diagnostics: Logger): Promise<void> {
  for (const { output, waiting } of await run.reconfigureOutputs(config)) {
    diagnostics.warn(`closed ${output}; ${waiting} lines lost`);
  }
}
