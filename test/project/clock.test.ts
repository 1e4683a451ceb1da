/** Whatever waits must not wait by the time of day, which somebody may set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProjectFile, typescriptFiles } from '../helpers/project.js';

/** Who may ask for it, and what for. */
const ASKERS: Readonly<Record<string, string>> = {
  'src/capture/cap/wall-clock.ts': "the time of cap's packets",
  'src/observe/clocks.ts': 'is it set?',
  'src/observe/metrics.ts': 'when the process began',
  'src/output/sinks/file-sink.ts': 'how old a file is, over the runs that write it',
  'src/output/sinks/open-file.ts': 'when it began, where its file system does not say',
  'src/pipeline/threads/main-lines.ts': "the time of the main thread's own lines",
};

test('the time of day is asked for only by those who tell it', () => {
  const askers = typescriptFiles('src').filter((file) =>
    /\bDate\.now\b|\bnew Date\(\)/.test(readProjectFile(file)),
  );
  assert.deepEqual(askers.sort(), Object.keys(ASKERS));
});
