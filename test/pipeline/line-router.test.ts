import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outputs } from '../../src/output/run-outputs.js';
import { LineRouter } from '../../src/pipeline/threads/line-router.js';
import { createControl } from '../../src/pipeline/threads/messages.js';

/** A router, and the lines that its outputs have taken. */
function newRouter(): { router: LineRouter; lines: string[] } {
  const lines: string[] = [];
  const outputs: Pick<Outputs, 'writeLine'> = {
    writeLine(text) {
      lines.push(text);
      return true;
    },
  };
  return { router: new LineRouter(outputs as Outputs, new Int32Array(createControl(1))), lines };
}

test('queued lines follow the start line', () => {
  const { router, lines } = newRouter();
  router.afterStart(() => router.writeLine('anomaly'));
  router.writeLine('start');
  router.open();
  assert.deepEqual(lines, ['start', 'anomaly']);
});

test('no line follows the final stats line', () => {
  const { router, lines } = newRouter();
  router.open();
  router.close();
  router.writeLine('late');
  router.afterStart(() => router.writeLine('later'));
  assert.deepEqual(lines, []);
});

test('a capture that opens after the end of the run writes nothing', () => {
  const { router, lines } = newRouter();
  router.afterStart(() => router.writeLine('anomaly'));
  router.close();
  router.writeLine('start');
  router.open();
  router.afterStart(() => router.writeLine('later'));
  assert.deepEqual(lines, []);
  assert.deepEqual(router.counts(), { written: 0, dropped: 0, ofDecoders: 0 });
});
