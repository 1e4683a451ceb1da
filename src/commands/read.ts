/** `wiretail read`: capture files. */
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
import { CONFIG_OPTION, readSettings } from './load-settings.js';

/** @throws UserError */
export async function configOfRead(args: Arguments): Promise<ReadConfig> {
  return readConfig(await readSettings(args), (args._ as unknown[]).slice(1).map(String));
}

/** What the start line says of the configuration. */
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
  // Its files are no positional of yargs: that parses them again as options, and loses '-' and '-x.pcap'.
  command: 'read',
  describe:
    'read capture files: FILE..., given in order of time (pcap, pcapng, either gzipped; - is standard input)',
  builder: (args) =>
    args
      .usage('$0 read FILE...\n\nReads capture files (pcap, pcapng, either gzipped; - is standard input).')
      .strict(false)
      .strictOptions()
      .demandCommand(1, Number.POSITIVE_INFINITY, 'expected a capture file, or - for standard input')
      .options({ ...CONFIG_OPTION, ...yargsOptions({ ...READ_OPTIONS, ...COMMON_OPTIONS }) }),
  async handler(args) {
    const config = await configOfRead(args);
    checkOutputs(config);
    // On the records' own terminal it would be in their way.
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

/** @throws UserError if lines would go into a file that is read */
function checkOutputs({ files, outputs }: ReadConfig): void {
  const inodes = files.map(inodeOf);
  for (const one of outputs) {
    const inode = one.kind === 'file' ? inodeOf(one.path) : undefined;
    if (one.kind !== 'file' || inode === undefined || !inodes.includes(inode)) continue;
    throw new UserError(`--output file:${one.path}: expected another file than one that is read`);
  }
}

/** Undefined: there is no such file, or it can't be looked at. */
function inodeOf(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() ? `${found.dev} ${found.ino}` : undefined;
  } catch {
    // Who opens it says what is wrong.
    return undefined;
  }
}
