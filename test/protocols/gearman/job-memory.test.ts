/** Jobs come and go for months: those that are gone are no memory any more. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { newJob } from '../../../src/protocols/gearman/jobs/job.js';
import { newJobTable } from '../../../src/protocols/gearman/jobs/table.js';
import { ADDRESSES, OUTSIDE } from '../../helpers/connection.js';

test('jobs that are gone are not kept, however many there were', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const table = newJobTable(OUTSIDE);
  const connection = { serverPort: 4730, clientPort: 40000, ...ADDRESSES, fromStart: true };
  const server = table.server(connection);
  const round = (count: number) => {
    for (let n = 0; n < count; n++) {
      const job = newJob(server);
      table.setHandle(job, `H:lap:${n}`);
      table.add(job);
      table.remove(job);
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = round(2000);
  const after = round(100_000);
  assert.equal(table.open().size, 0);
  assert.ok(after - before < 4 << 20, `${after - before} bytes more`);
});
