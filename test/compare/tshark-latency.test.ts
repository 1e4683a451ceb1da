/** event.duration against tshark's "Time from request": from the packet that ends the call to that which ends the reply. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureNames, capturePath } from '../helpers/captures.js';
import { compareLatency } from './latency.js';
import { hasTshark } from './read.js';

describe('latencies as tshark has them', { skip: hasTshark() ? false : 'tshark is not installed' }, () => {
  let compared = 0;
  for (const name of captureNames('g-')) {
    it(name, (t) => {
      const found = compareLatency(capturePath(name));
      const reasons = [...found.explained].map(([reason, count]) => `; ${count}: ${reason}`).join('');
      t.diagnostic(`${found.compared} compared, ${found.equal} equal${reasons}`);
      assert.deepEqual(found.unexplained, []);
      compared += found.compared;
    });
  }

  it('all captures together', (t) => {
    t.diagnostic(`${compared} compared`);
    assert.ok(compared > 8000);
  });
});
