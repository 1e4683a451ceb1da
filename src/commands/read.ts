/** `wiretail read`: reads capture files. */
import { statSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { progressPrinter } from '../capture/file/progress-line.js';
import { yargsOptions } from '../config/definition.js';
import {
  type Arguments,
  COMMON_OPTIONS,
  READ_OPTIONS,
  type ReadConfig,
  readConfig,
} from '../config/options.js';
import { UserError } from '../config/user-error.js';
import { VERSION } from '../config/version.js';
import { openOutputs } from '../output/run-outputs.js';
import { Run } from '../pipeline/threads/run.js';
import type { JsonObject } from '../records/record.js';
import { newDiagnostics } from './diagnostics.js';
import { followRun } from './follow-run.js';
import { CONFIG_OPTION, loadReadSettings } from './load-settings.js';

/** @throws UserError */
export async function loadReadConfig(args: Arguments): Promise<ReadConfig> {
  return readConfig(await loadReadSettings(args), (args._ as unknown[]).slice(1).map(String));
}

/** The fields of the start line that describe the configuration. */
export function describeRead(config: ReadConfig): JsonObject {
  return {
    files: config.files,
    filter: config.filters[0],
    decapsulate: config.decapsulate.length > 0 ? config.decapsulate : undefined,
    workers: config.workers,
    view: config.view,
    detail: config.detail,
  };
}

export const readCommand: CommandModule<object, Arguments> = {
  // The files are not a positional argument of yargs, which would parse them as options and lose '-' and '-x.pcap'.
  command: 'read',
  describe:
    'read capture files FILE... in chronological order (pcap, pcapng, plain or gzipped; -: standard input)',
  builder: (args) =>
    args
      .usage('$0 read FILE...\n\nReads capture files (pcap, pcapng, plain or gzipped; -: standard input).')
      .strict(false)
      .strictOptions()
      .options({ ...CONFIG_OPTION, ...yargsOptions({ ...READ_OPTIONS, ...COMMON_OPTIONS }) }),
  async handler(args) {
    const config = await loadReadConfig(args);
    checkOutputs(config);
    // No progress line on a terminal that shows the records.
    const progress = progressPrinter(process.stdout.isTTY ? { write() {} } : process.stderr);
    const run = new Run({
      version: VERSION,
      config,
      source: { kind: 'files', files: config.files, filters: config.filters, realtime: config.realtime },
      described: describeRead(config),
      statsInterval: 0,
      outputs: await openOutputs(config, false),
      countOutputs: config.outputs.some(({ kind }) => kind !== 'stdout'),
      diagnostics: newDiagnostics('warn'),
      onProgress: progress.update,
    });
    void run.ended.catch(() => {}).finally(progress.clear);
    await followRun(run);
  },
};

/** @throws UserError if an output is one of the input files */
function checkOutputs({ files, outputs }: ReadConfig): void {
  const inodes = files.map(inodeOf);
  for (const output of outputs) {
    const inode = output.kind === 'file' ? inodeOf(output.path) : undefined;
    if (output.kind !== 'file' || inode === undefined || !inodes.includes(inode)) continue;
    throw new UserError(`--output file:${output.path}: expected a file other than the input`);
  }
}

/** Undefined if there is no such file, or it is not accessible. */
function inodeOf(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? `${stats.dev} ${stats.ino}` : undefined;
  } catch {
    // Opening the file reports the error.
    return undefined;
  }
}
