/** Timeouts must not depend on the system clock, which can be set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProjectFile, typescriptFiles } from '../helpers/project.js';

/** The files that may read the system clock, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/capture/cap/wall-clock.ts': "timestamps of cap's packets",
  'src/observe/clocks.ts': 'detects that it is set',
  'src/observe/metrics.ts': 'start time of the process',
  'src/output/sinks/open-file.ts': 'creation time of a file, on a file system without one',
  'src/output/sinks/rotate.ts': 'age of a file, over all runs that write it',
  'src/pipeline/threads/main-lines.ts': "timestamps of the main thread's lines",
};

test('only the listed files read the system clock', () => {
  const files = typescriptFiles('src').filter((file) =>
    /\bDate\.now\b|\bnew Date\(\)/.test(readProjectFile(file)),
  );
  assert.deepEqual(files.sort(), Object.keys(ALLOWED));
});
