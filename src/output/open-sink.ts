/** Makes the sink of an output. */
import { fstatSync } from 'node:fs';
import type { OutputSpec } from '../config/output-options.js';
import { isJournal, withLevelPrefixes } from './journal.js';
import type { Batch, LineSinkFactory } from './line-sink.js';
import { loadFileLock, NO_LOCK } from './sinks/file-lock.js';
import { fileSink } from './sinks/file-sink.js';
import type { Owner } from './sinks/open-file.js';
import { loadStdoutReaderCheck } from './sinks/reader-gone.js';
import { streamSink } from './sinks/stream-sink.js';

export interface SinkContext {
  /** A live capture retries after faults; reading a file ends at the first. */
  readonly live: boolean;
  /** The owner of files that root creates; undefined: root. */
  readonly owner: Owner | undefined;
  /** What a new file begins with: the start line, once the run has written one. */
  header(): Batch | undefined;
}

/** @throws UserError if the output can't be opened */
export async function openSink(spec: OutputSpec, context: SinkContext): Promise<LineSinkFactory> {
  const { live, owner, header } = context;
  switch (spec.kind) {
    case 'stdout': {
      const sink = openStdout(context);
      const isPrefixed = spec.priority === 'always' || (spec.priority === 'auto' && isJournal(1));
      return isPrefixed ? withLevelPrefixes(sink) : sink;
    }
    case 'file': {
      const { path, rotation } = spec;
      const lock = await loadFileLock();
      return fileSink({ name: `file:${path}`, path, rotation, owner, lock, retries: live, header });
    }
    // Loaded on demand: few runs have one.
    case 'syslog': {
      const { syslogSink } = await import('./sinks/syslog-sink.js');
      return syslogSink(spec);
    }
    case 'transport': {
      const { transportSink } = await import('./sinks/transport-sink.js');
      const { target, options } = spec;
      // Closing the pager ends the reading of a file. A daemon continues without its standard output.
      const hasNoReader = live ? undefined : await loadStdoutReaderCheck();
      return transportSink({ name: `transport:${target}`, target, options, hasNoReader });
    }
  }
}

/** A regular file, or a pipe, socket or terminal. */
function openStdout({ live, header }: SinkContext): LineSinkFactory {
  const name = 'stdout';
  if (!fstatSync(1).isFile()) return streamSink(name, process.stdout);
  // The parent process opened the file, and may let others write to it too: no lock.
  const inherited = { path: undefined, rotation: undefined, owner: undefined, lock: NO_LOCK };
  return fileSink({ name, ...inherited, retries: live, header });
}
