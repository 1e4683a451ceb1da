/**
 * All outputs of a run, owned by the main thread: each gets every line, and none waits for another. A capture drops
 * what an output can't take; for a capture file the reader waits, as long as the output works.
 */
import { fstatSync } from 'node:fs';
import type { OutputSpec, OutputsConfig } from '../config/output-options.js';
import { UserError } from '../config/user-error.js';
import type { OutputCounts } from '../observe/stats.js';
import { isJournal } from './journal.js';
import type { Batch, LineSinkFactory, OutputEvent } from './line-sink.js';
import { newOutput, type Output } from './output-queue.js';
import { withLevelPrefixes } from './severity.js';
import { loadFileLock, NO_LOCK } from './sinks/file-lock.js';
import { fileSink } from './sinks/file-sink.js';
import type { Owner } from './sinks/open-file.js';
import { loadStdoutReaderCheck } from './sinks/reader-gone.js';
import { streamSink } from './sinks/stream-sink.js';

/** What the run is told. */
export interface OutputsListener {
  /** The start line, for a new file; undefined before the run has written its own. */
  startLine(): string | undefined;
  onEvent(event: OutputEvent): void;
  /** An output will never be written again; `left`: how many others will. */
  onDead(name: string, error: NodeJS.ErrnoException, left: number): void;
}

export interface Outputs {
  /**
   * Whole lines of a decoder.
   * @param settled the decoder may go on: they are written, or queued where nobody waits
   * @returns false: no output took them
   */
  writeBatch(lines: Uint8Array, count: number, settled: () => void): boolean;
  /** A line of the main thread. */
  writeLine(text: string): boolean;
  counts(): readonly OutputCounts[];
  /** Files are opened anew, after they were renamed. */
  reopenFiles(): void;
  /**
   * Other outputs from here on. Those that stay are not touched; who is left out writes what it has, as long as that
   * takes no longer than the end of a run, and ends.
   * @returns those left out whose lines were not all written
   * @throws UserError if a new one can't be opened, or none would be left that is written: then nothing has changed
   */
  reconfigure(config: OutputsConfig): Promise<readonly OutputCounts[]>;
  /** Resolves when all that work have written everything. */
  flush(): Promise<void>;
  /** No line follows. */
  close(): Promise<void>;
  setListener(listener: OutputsListener): void;
}

const FLUSH_CHECK_MS = 5;
/** At the end of a capture file, one that does not work is waited for so long. */
const HOPE_MS = 5000;

/**
 * @param owner whose new files are, where root opens them; undefined: root's own
 * @throws UserError if one can't be opened
 */
export async function openOutputs(config: OutputsConfig, live: boolean, owner?: Owner): Promise<Outputs> {
  let listener: OutputsListener | undefined;
  const head = (): Batch | undefined => {
    const text = listener?.startLine();
    return text === undefined ? undefined : { bytes: Buffer.from(text), lines: 1 };
  };
  const dead = new Set<Output>();

  /** All of them, or none. */
  const openAll = async (specs: readonly OutputSpec[], limit: number): Promise<Named[]> => {
    const opened: Named[] = [];
    try {
      for (const spec of specs) {
        const sink = await openSink(spec, live, head, owner);
        const output: Output = newOutput(sink, {
          limit,
          patient: !live,
          event: (event) => listener?.onEvent(event),
          dead(name, error) {
            dead.add(output);
            listener?.onDead(name, error, outputs.filter((one) => !dead.has(one)).length);
          },
        });
        opened.push({ key: keyOf(spec), output });
      }
    } catch (error) {
      for (const { output } of opened) void output.end();
      throw error;
    }
    return opened;
  };
  let outputs: readonly Output[] = [];
  let named = await openAll(config.outputs, config.outputBuffer);
  outputs = named.map(({ output }) => output);
  /** Those that were left out and still write. */
  const leaving = new Set<Promise<unknown>>();
  let hopeUntil: number | undefined;
  let isOver = false;

  return {
    writeBatch(lines, count, settled) {
      const batch = { bytes: lines, lines: count };
      if (live) {
        let taken = false;
        for (const output of outputs) taken = output.write(batch, nothing, false) || taken;
        settled();
        return taken;
      }
      let open = 1;
      let taken = false;
      const one = () => {
        if (--open === 0) settled();
      };
      for (const output of outputs) {
        // Before it has it: one that is down settles it at once.
        open++;
        if (output.write(batch, one, false)) taken = true;
        else open--;
      }
      one();
      return taken;
    },
    writeLine(text) {
      const batch = { bytes: Buffer.from(text), lines: 1 };
      let taken = false;
      for (const output of outputs) taken = output.write(batch, nothing, true) || taken;
      return taken;
    },
    counts: () => outputs.map((output) => output.counts()),
    reopenFiles() {
      for (const output of outputs) output.reopen();
    },
    async reconfigure({ outputs: specs, outputBuffer }) {
      const known = new Map(named.map((one) => [one.key, one.output]));
      const isDead = (spec: OutputSpec) => {
        const output = known.get(keyOf(spec));
        return output !== undefined && dead.has(output);
      };
      if (specs.every(isDead)) throw new UserError('none of them can be written any more');
      const added = await openAll(
        specs.filter((spec) => !known.has(keyOf(spec))),
        outputBuffer,
      );
      if (isOver) {
        for (const { output } of added) void output.end();
        return [];
      }
      const start = added.length > 0 ? head() : undefined;
      if (start !== undefined) for (const { output } of added) output.write(start, nothing, true);
      const wanted = new Set(specs.map(keyOf));
      const left = named.filter(({ key }) => !wanted.has(key));
      named = [...named.filter(({ key }) => wanted.has(key)), ...added];
      outputs = named.map(({ output }) => output);
      for (const output of outputs) output.limit(outputBuffer);
      for (const spec of specs) if (spec.kind === 'file') known.get(keyOf(spec))?.rotateBy(spec.rotation);
      const ended = Promise.all(left.map(({ output }) => leave(output, leaving)));
      leaving.add(ended);
      const counts = await ended;
      leaving.delete(ended);
      return counts.filter(({ waiting }) => waiting > 0);
    },
    async flush() {
      hopeUntil ??= performance.now() + HOPE_MS;
      const hope = hopeUntil;
      const isWaitedFor = (output: Output) =>
        output.waiting() > 0 && (live || output.isUp() || performance.now() < hope);
      while (outputs.some(isWaitedFor)) await sleep(FLUSH_CHECK_MS);
    },
    async close() {
      isOver = true;
      await Promise.all([...outputs.map((output) => output.end()), ...leaving]);
    },
    setListener(to) {
      listener = to;
    },
  };
}

interface Named {
  readonly key: string;
  readonly output: Output;
}

/** What makes it the same output. How a file is rotated can change while it is written. */
function keyOf(spec: OutputSpec): string {
  return spec.kind === 'file' ? `file:${spec.path}` : JSON.stringify(spec);
}

async function leave(output: Output, leaving: Set<Promise<unknown>>): Promise<OutputCounts> {
  const hope = performance.now() + HOPE_MS;
  while (output.waiting() > 0 && performance.now() < hope) await sleep(FLUSH_CHECK_MS);
  const counts = output.counts();
  const end = output.end();
  leaving.add(end);
  void end.then(() => leaving.delete(end));
  // One that hangs is the end of the run's to wait for, not the next change's.
  await Promise.race([end, sleep(HOPE_MS)]);
  return counts;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function nothing(): void {}

async function openSink(
  spec: OutputSpec,
  live: boolean,
  head: () => Batch | undefined,
  owner: Owner | undefined,
): Promise<LineSinkFactory> {
  switch (spec.kind) {
    case 'stdout': {
      const sink = openStdout(live, head);
      const isWanted = spec.priority === 'always' || (spec.priority === 'auto' && isJournal(1));
      return isWanted ? withLevelPrefixes(sink) : sink;
    }
    case 'file': {
      const { path, rotation } = spec;
      const lock = await loadFileLock();
      return fileSink({ name: `file:${path}`, path, rotation, owner, lock, retries: live, head });
    }
    // Loaded where they are wanted: few runs have one.
    case 'syslog': {
      const { syslogSink } = await import('./sinks/syslog-sink.js');
      return syslogSink(spec);
    }
    case 'transport': {
      const { transportSink } = await import('./sinks/transport-sink.js');
      const { target, options } = spec;
      // Who has seen enough of a file ends its reader. A daemon has other things to do than what is on its terminal.
      const readerGone = live ? undefined : await loadStdoutReaderCheck();
      return transportSink({ name: `transport:${target}`, target, options, readerGone });
    }
  }
}

/** A regular file, or the pipe, socket or terminal. */
function openStdout(live: boolean, head: () => Batch | undefined): LineSinkFactory {
  const name = 'stdout';
  if (!fstatSync(1).isFile()) return streamSink(name, process.stdout);
  // Who started it has opened the file, and may have others write it too.
  const given = { path: undefined, rotation: undefined, owner: undefined, lock: NO_LOCK };
  return fileSink({ name, ...given, retries: live, head });
}
