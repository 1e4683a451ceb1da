/**
 * All outputs of a run, owned by the main thread: each gets every line, and none waits for another. A capture drops
 * what an output can't take; for a capture file the reader waits, as long as the output works.
 */
import { fstatSync } from 'node:fs';
import type { OutputSpec, OutputsConfig } from '../config/outputs.js';
import type { OutputCounts } from '../observe/stats.js';
import { loadFileLock, NO_LOCK } from './file-lock.js';
import { fileSink } from './file-sink.js';
import { isJournal } from './journal.js';
import { withPriorities } from './lines.js';
import type { Owner } from './open-file.js';
import type { Batch, NewSink, OutputEvent } from './output.js';
import { newOutput, type Output } from './queue.js';
import { streamSink } from './stream-sink.js';
import { syslogSink } from './syslog.js';
import { transportSink } from './transport-sink.js';

/** What the run is told. */
export interface OutputsListener {
  /** The start line, for a new file; undefined before the run has written its own. */
  startLine(): string | undefined;
  event(event: OutputEvent): void;
  /** An output will never be written again; `left`: how many others will. */
  dead(name: string, error: NodeJS.ErrnoException, left: number): void;
}

export interface Outputs {
  /**
   * Whole lines of a decoder.
   * @param settled the decoder may go on: they are written, or queued where nobody waits
   * @returns false: no output took them
   */
  batch(lines: Uint8Array, count: number, settled: () => void): boolean;
  /** A line of the main thread. */
  line(text: string): boolean;
  counts(): readonly OutputCounts[];
  /** Files are opened anew, after they were renamed. */
  reopen(): void;
  /** Resolves when all that work have written everything. */
  flushed(): Promise<void>;
  /** No line follows. */
  end(): Promise<void>;
  listen(listener: OutputsListener): void;
}

const FLUSH_CHECK_MS = 5;
/** At the end of a capture file, one that does not work is waited for so long. */
const HOPE_MS = 5000;

/**
 * @param owner whose new files are, where root opens them; undefined: root's own
 * @throws UserError if one can't be opened
 */
export async function openOutputs(config: OutputsConfig, live: boolean, owner?: Owner): Promise<Outputs> {
  const sinks: NewSink[] = [];
  let listener: OutputsListener | undefined;
  const head = (): Batch | undefined => {
    const text = listener?.startLine();
    return text === undefined ? undefined : { bytes: Buffer.from(text), lines: 1 };
  };
  for (const spec of config.outputs) sinks.push(await openSink(spec, live, head, owner));
  const outputs: readonly Output[] = sinks.map((sink) =>
    newOutput(sink, {
      limit: config.outputBuffer,
      patient: !live,
      event: (event) => listener?.event(event),
      dead(name, error) {
        left--;
        listener?.dead(name, error, left);
      },
    }),
  );
  let left = outputs.length;
  let hopeUntil: number | undefined;

  return {
    batch(lines, count, settled) {
      const batch = { bytes: lines, lines: count };
      if (live) {
        let taken = false;
        for (const output of outputs) taken = output.write(batch, nothing, false) || taken;
        settled();
        return taken;
      }
      let open = 1;
      const one = () => {
        if (--open === 0) settled();
      };
      for (const output of outputs) if (output.write(batch, one, false)) open++;
      const taken = open > 1;
      one();
      return taken;
    },
    line(text) {
      const batch = { bytes: Buffer.from(text), lines: 1 };
      let taken = false;
      for (const output of outputs) taken = output.write(batch, nothing, true) || taken;
      return taken;
    },
    counts: () => outputs.map((output) => output.counts()),
    reopen() {
      for (const output of outputs) output.reopen();
    },
    async flushed() {
      hopeUntil ??= performance.now() + HOPE_MS;
      const hope = hopeUntil;
      const isWaitedFor = (output: Output) =>
        output.waiting() > 0 && (live || output.isUp() || performance.now() < hope);
      while (outputs.some(isWaitedFor)) await new Promise((resolve) => setTimeout(resolve, FLUSH_CHECK_MS));
    },
    async end() {
      await Promise.all(outputs.map((output) => output.end()));
    },
    listen(to) {
      listener = to;
    },
  };
}

function nothing(): void {}

async function openSink(
  spec: OutputSpec,
  live: boolean,
  head: () => Batch | undefined,
  owner: Owner | undefined,
): Promise<NewSink> {
  switch (spec.kind) {
    case 'stdout': {
      const sink = openStdout(live, head);
      const isWanted = spec.priority === 'always' || (spec.priority === 'auto' && isJournal(1));
      return isWanted ? withPriorities(sink) : sink;
    }
    case 'file': {
      const { path, rotation } = spec;
      const lock = await loadFileLock();
      return fileSink({ name: `file:${path}`, path, rotation, owner, lock, retries: live, head });
    }
    case 'syslog':
      return syslogSink(spec);
    case 'transport':
      return transportSink({ name: `transport:${spec.target}`, target: spec.target, options: spec.options });
  }
}

/** A regular file, or the pipe, socket or terminal. */
function openStdout(live: boolean, head: () => Batch | undefined): NewSink {
  const name = 'stdout';
  if (!fstatSync(1).isFile()) return streamSink(name, process.stdout);
  // Who started it has opened the file, and may have others write it too.
  const given = { path: undefined, rotation: undefined, owner: undefined, lock: NO_LOCK };
  return fileSink({ name, ...given, retries: live, head });
}
