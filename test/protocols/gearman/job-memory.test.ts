/** Memory of removed jobs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Job } from '../../../src/protocols/gearman/jobs/model.js';
import { BoundedJobTable } from '../../../src/protocols/gearman/jobs/table.js';
import { ADDRESSES, HOST_HOOKS } from '../../helpers/connection.js';

test('removed jobs leave no memory behind', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const table = new BoundedJobTable(HOST_HOOKS);
  const connection = { serverPort: 4730, clientPort: 40000, ...ADDRESSES, fromStart: true };
  const server = table.acquireServer(connection);
  const round = (count: number) => {
    for (let n = 0; n < count; n++) {
      const job = new Job(server);
      table.setHandle(job, `H:lap:${n}`);
      table.add(job);
      table.remove(job);
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = round(2000);
  const after = round(100_000);
  assert.equal(table.openJobs.size, 0);
  assert.ok(after - before < 4 << 20, `${after - before} bytes more`);
});
