/** What is said of a job while it runs: WORK_DATA, WORK_WARNING, WORK_STATUS. */
import type { Fields } from '../fields.js';
import type { Progress } from './model.js';

export function addProgress(before: Progress | undefined, type: string, fields: Fields): Progress {
  const now = before ?? { dataPackets: 0, dataBytes: 0, warnings: 0, status: undefined };
  if (type === 'WORK_DATA') {
    now.dataPackets++;
    if (typeof fields.payload_bytes === 'number') now.dataBytes += fields.payload_bytes;
  } else if (type === 'WORK_WARNING') now.warnings++;
  else now.status = { numerator: fields.numerator, denominator: fields.denominator };
  return now;
}
